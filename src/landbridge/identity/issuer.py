"""Names of the token service: who issues a tenant's tokens, and which tenant a host name means."""

from __future__ import annotations

from dataclasses import dataclass

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Issuer:
    """Where the token service lives. The host in `iss` always has a dot, as clients insist (destination-service §5.5).

    domain    tenants are `<subdomain>.<domain>`
    scheme    http or https
    port      as clients see it
    aliases   other names of this machine; `<subdomain>.<alias>` selects a tenant too
    lifetime  seconds that a token lives
    """

    domain: str
    scheme: str = "https"
    port: int = 443
    aliases: tuple[str, ...] = ()
    lifetime: int = 43_199

    def origin(self, subdomain: str = "") -> str:
        """The tenant's origin, or that of the bare domain."""
        host = f"{subdomain}.{self.domain}" if subdomain else self.domain
        return f"{self.scheme}://{host}" + ("" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}")

    def iss(self, subdomain: str = "") -> str:
        return f"{self.origin(subdomain)}/oauth/token"

    def jku(self, subdomain: str = "") -> str:
        return f"{self.origin(subdomain)}/token_keys"

    def subdomain_of(self, host: str) -> str:
        """The tenant part of a Host header: what stands before our domain; empty for any other host (§5.2)."""
        name = _host_name(host)
        domains = sorted({self.domain.lower(), *(alias.lower() for alias in self.aliases)}, key=len, reverse=True)
        if name in domains:
            return ""
        return next((name.removesuffix(f".{domain}") for domain in domains if name.endswith(f".{domain}")), "")


def _host_name(host: str) -> str:
    """A Host header without its port, lower-case, without the dot of a fully qualified name."""
    name = host.partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.lstrip("[").lower().rstrip(".")
