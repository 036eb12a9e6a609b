"""Names of the token service: who issues a tenant's tokens, and which tenant a host name means."""

from __future__ import annotations

from dataclasses import dataclass

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PLAIN, _CERTIFIED = "authentication.", "authentication.cert."


def certificate_domain(domain: str) -> str:
    """The twin of a token domain for clients with certificates, as xssec derives it; else the domain itself (§5.6)."""
    return _CERTIFIED + domain.removeprefix(_PLAIN) if domain.startswith(_PLAIN) else domain


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

    def host(self, subdomain: str = "") -> str:
        """The tenant's host name, or the bare domain: also the entity id and alias of its SAML metadata."""
        return f"{subdomain}.{self.domain}" if subdomain else self.domain

    def origin(self, subdomain: str = "") -> str:
        """The tenant's origin, or that of the bare domain."""
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host(subdomain)}{port}"

    def iss(self, subdomain: str = "") -> str:
        return f"{self.origin(subdomain)}/oauth/token"

    def jku(self, subdomain: str = "") -> str:
        return f"{self.origin(subdomain)}/token_keys"

    def subdomain_of(self, host: str) -> str:
        """The tenant part of a Host header: what stands before our domain; empty for any other host (§5.2)."""
        name = host_name(host)
        names = {self.domain, certificate_domain(self.domain), *self.aliases}
        domains = sorted({one.lower() for one in names}, key=len, reverse=True)
        if name in domains:
            return ""
        return next((name.removesuffix(f".{domain}") for domain in domains if name.endswith(f".{domain}")), "")

    def demands_certificate(self, host: str) -> bool:
        """Whether a host is one that only clients with certificates use."""
        domain = certificate_domain(self.domain).lower()
        name = host_name(host)
        return domain != self.domain.lower() and (name == domain or name.endswith(f".{domain}"))


def host_name(host: str) -> str:
    """A Host header without its port, lower-case, without the dot of a fully qualified name."""
    name = host.partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.lstrip("[").lower().rstrip(".")
