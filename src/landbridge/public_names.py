"""Under which names and ports others reach this installation: in bindings, certificates and invitations (design §7).

Pure. On a laptop `*.localhost` does not resolve everywhere (traps 10), so everything is `localhost` and the tenant is
chosen by header; with a domain of its own the token service has a host for each tenant, over TLS.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from landbridge.identity.binding import Addresses
from landbridge.identity.issuer import certificate_domain
from landbridge.settings import Settings


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports that are really open."""

    http: int
    https: int
    door: int
    socks: int
    tunnel: int


def has_domain(settings: Settings) -> bool:
    """Whether the token domain is one that name servers can know."""
    return settings.token_domain != "localhost" and not settings.token_domain.endswith(".localhost")


def api_url(settings: Settings, ports: Ports) -> str:
    """Where the destination service answers."""
    if has_domain(settings):
        return https_url(settings, ports)
    return f"http://{settings.public_host}{_port(ports.http, 80)}"


def https_url(settings: Settings, ports: Ports) -> str:
    """The same over TLS."""
    return f"https://{settings.public_host}{_port(token_port(settings, ports), 443)}"


def token_port(settings: Settings, ports: Ports) -> int:
    """The port of the TLS listener as others see it: something in front of us may forward 443."""
    return settings.public_https_port or ports.https


def local_url(settings: Settings, ports: Ports) -> str:
    """Where programs on this machine find the API, whatever the public name is."""
    return _local(settings, ports.http)


def door_url(settings: Settings, ports: Ports) -> str:
    """Where programs on this machine find the HTTP door."""
    return _local(settings, ports.door)


def _local(settings: Settings, port: int) -> str:
    host = _dialled(settings.host.strip("[]"))
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _dialled(bound: str) -> str:
    """Where a listener that binds `bound` answers on this machine: every address is reached through loopback."""
    if not bound:
        return "127.0.0.1"
    try:
        address = ip_address(bound)
    except ValueError:
        return bound
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1"
    return bound


def gateway_address(settings: Settings, ports: Ports) -> str:
    """What connectors dial."""
    return f"{settings.public_host}:{ports.tunnel}"


def tls_names(settings: Settings) -> list[str]:
    """The names in the certificate of the TLS listeners, the public one first."""
    domain = settings.token_domain
    certified = certificate_domain(domain)
    names = [settings.public_host, "localhost", "127.0.0.1", domain, f"*.{domain}", certified, f"*.{certified}"]
    return list(dict.fromkeys(names))


def addresses(settings: Settings, ports: Ports, verification_key: str) -> Addresses:
    """What bindings say about this installation."""
    if has_domain(settings):
        port = _port(token_port(settings, ports), 443)
        token_service, uaadomain = f"https://{{subdomain}}.{settings.token_domain}{port}", settings.token_domain + port
        certified = f"https://{{subdomain}}.{certificate_domain(settings.token_domain)}{port}"
    else:
        # xssec talks to `uaadomain` over https only, to `url` as it stands (client-behaviour, token service).
        token_service, uaadomain = api_url(settings, ports), f"{settings.public_host}:{token_port(settings, ports)}"
        certified = https_url(settings, ports)
    return Addresses(
        api=api_url(settings, ports),
        token_service=token_service,
        certified=certified,
        uaadomain=uaadomain,
        door_host=settings.public_host,
        door_port=ports.door,
        socks_port=ports.socks,
        verification_key=verification_key,
    )


def _port(port: int, default: int) -> str:
    return "" if port == default else f":{port}"
