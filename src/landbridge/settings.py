"""Settings of the cloud side: one frozen value; every field has a meaning, a default and an example."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address, ip_network
from pathlib import Path

from landbridge.faults import FaultError, fault
from landbridge.model.identifiers import is_guid
from landbridge.model.reach import Reach


class Profile(StrEnum):
    """`laptop`: loopback only, development comforts. `server`: any bind address, none of these (design §7)."""

    LAPTOP = "laptop"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """The HTTP door (port 20003). Sizes in bytes, times in seconds; 0 seconds means no limit."""

    line_limit: int = 8192
    """Longest request line or header line, without CRLF. The original's limit (connectivity-proxy §4.2)."""
    head_limit: int = 65536
    """All request headers together (cloud-connector §10)."""
    head_timeout: float = 30.0
    """From the first byte of a head, or from connecting, to its end."""
    idle_timeout: float = 300.0
    """A kept-alive connection without a request."""
    body_timeout: float = 300.0
    """Between two pieces of a request's body, while the tunnel takes them."""
    open_timeout: float = 10.0
    """From Open to Opened; the connector's connect timeout must be shorter (connectivity-proxy §4.4 step 8)."""
    write_timeout: float = 120.0
    """A client that takes no byte for so long is cut off."""
    socks_first_bytes_delay: float = 0.05
    """What a server says first waits so long behind the SOCKS5 reply, unless the client speaks: some clients lose what
    they read together with the reply. 0: no waiting."""


@dataclass(frozen=True, slots=True)
class TunnelSettings:
    """Tunnels, both ends. Sizes in bytes, times in seconds."""

    ping_interval: float = 15.0
    ping_timeout: float = 15.0
    """A dead peer is noticed within two intervals (design §5)."""
    window: int = 1024 * 1024
    """Credit that a stream gets beyond the first 256 KiB: the most one unread stream can hold in memory."""
    stream_limit: int = 10_000
    """Streams at once in one tunnel."""
    tenant_budget: int = 256 * 1024 * 1024
    """Bytes that one tenant's streams may hold in memory; above it new streams are refused by name."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The cloud side. A port of 0 takes a free one; `landbridge up --json` prints which."""

    data: Path = Path(".landbridge")
    """Folder of the database, the key that encrypts it, and the admin token."""
    database_url: str = ""
    """Empty: SQLite in the data folder. Example: postgresql+asyncpg://user@host/landbridge"""
    profile: Profile = Profile.LAPTOP
    host: str = "127.0.0.1"
    """Address to bind. Anything but loopback needs the server profile."""
    public_host: str = "localhost"
    """Name under which clients and connectors reach this machine; it goes into bindings and certificates."""
    token_domain: str = "authentication.localhost"
    """Domain of the token service; tenants are `<subdomain>.<token_domain>` inside `iss`."""
    http_port: int = 8080
    https_port: int = 8444
    public_https_port: int = 0
    """The port under which clients reach the TLS listener, where something in front forwards it. 0: the one it has.
    Example: 443, without which the approuter's shared mode does not work."""
    door_port: int = 20003
    socks_port: int = 20004
    tunnel_port: int = 8042
    token_lifetime: int = 43_199
    """Seconds; the original's connectivity tokens live 12 hours."""
    key_rotation_days: float = 90
    """Age at which the key that signs tokens is replaced. 0: never."""
    admin_issuer: str = ""
    """OpenID Connect issuer whose users may administer, if an administrator of their name exists. Empty: none.
    Example: https://login.example.com"""
    admin_audience: str = "landbridge"
    """What `aud` of such a user's token must contain."""
    door: DoorSettings = field(default_factory=DoorSettings)
    tunnel: TunnelSettings = field(default_factory=TunnelSettings)
    http_authorization: bool = True
    """Whether callers of the HTTP door prove themselves. False: trusted mode (connectivity-proxy §3.6)."""
    socks_authorization: bool = True
    """The same for the SOCKS5 door."""
    trust_remote_clients: bool = False
    """Let a door without authorization listen on an address that other machines reach. Anybody there gets through."""
    dedicated_subaccount: str = ""
    """Id of the one subaccount that the doors serve. Empty: they are shared, and the token says which.
    Example: 11111111-aaaa-4bbb-8ccc-222222222222"""
    allowed_client: str = ""
    """The only OAuth client whose tokens the doors take. Empty: every client of the connectivity service."""
    regions: tuple[str, ...] = ()
    """Region configurations that requests at the HTTP door must name (connectivity-proxy §12.2). Empty: there are none.
    Example: eu10, or eu10=sb-shop!t1 where tokens of this OAuth client alone count."""
    lenient_x_tenant: bool = True
    """Fetch a token for the tenant of the service token where X-tenant is due and missing: some clients never send it.
    Example: False, to be as strict as the original (destination-service §3.6)."""
    reach: Reach | None = None
    """Which addresses token services and keys of issuers may have: `public`, `private` (networks of one's own, too) or
    `all`. None: the profile decides, `all` on a laptop, else `public`. Example: private (destination-service §3.7)."""
    check_targets: tuple[str, ...] = ()
    """Private addresses or networks that checks of Internet destinations may call. Empty: none of them, as in the
    original (failure-catalogue §5, 43). Example: 10.1.0.0/16"""
    certificate_organisation: str = "landbridge"
    """O in the subject of certificates that are made for destinations (destination-service §1.5)."""
    request_rate: float = 0
    """Requests a second, on average, that one client may send to the Destination service and the token service for one
    tenant; above it they are answered with 429. 0: no limit. Example: 50 (destination-service §10)."""
    request_burst: int = 100
    """How many of them may come at once, after a quiet time."""
    body_limit: int = 2 * 1024 * 1024
    """Largest request body of the API, in bytes."""
    stop_grace: float = 3.0
    """Seconds that open requests get when the process stops."""

    @property
    def targets(self) -> Reach:
        """`reach`, as the profile has it where it is not set."""
        return self.reach or (Reach.ALL if self.profile is Profile.LAPTOP else Reach.PUBLIC)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a listener that binds `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check(settings: Settings) -> None:
    """Refuse settings that cannot work or are not safe together.

    Raises `FaultError`: `platform.bind-needs-server-profile`, `platform.trusting-door` or `platform.setting-invalid`.
    """
    if settings.profile is Profile.LAPTOP and not is_loopback(settings.host):
        raise FaultError(fault("platform.bind-needs-server-profile", host=settings.host or "'' (all addresses)"))
    for name in ("http_port", "https_port", "public_https_port", "door_port", "socks_port", "tunnel_port"):
        port = getattr(settings, name)
        if not 0 <= port <= 65535:
            raise _invalid(name, port, "a port from 0 to 65535")
    _check_doors(settings)
    if settings.request_rate < 0:
        raise _invalid("request_rate", settings.request_rate, "0 or more requests a second")
    _check_networks(settings)
    if settings.request_burst < 1:
        raise _invalid("request_burst", settings.request_burst, "at least one request")
    if settings.token_lifetime < 1:
        raise _invalid("token_lifetime", settings.token_lifetime, "at least one second")
    for name in ("public_host", "token_domain"):
        if not _is_host(getattr(settings, name)):
            raise _invalid(name, getattr(settings, name), "a host name without scheme, port or path")


def _check_networks(settings: Settings) -> None:
    for network in settings.check_targets:
        if not _is_network(network):
            raise _invalid("check_targets", network, "an address or a network like 10.1.0.0/16")


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _check_doors(settings: Settings) -> None:
    """A door that trusts everybody must say so where others can reach it."""
    if settings.dedicated_subaccount and not is_guid(settings.dedicated_subaccount):
        raise _invalid("dedicated_subaccount", settings.dedicated_subaccount, "the lower-case GUID of a subaccount")
    if settings.regions and settings.dedicated_subaccount:
        raise _invalid("regions", ", ".join(settings.regions), "none beside a dedicated subaccount")
    for region in settings.regions:
        if not region.partition("=")[0] or not region.isascii() or not region.isprintable():
            raise _invalid("regions", region, "an id, or id=client")
    trusting = [
        name
        for name, authorization in (("HTTP", settings.http_authorization), ("SOCKS5", settings.socks_authorization))
        if not authorization
    ]
    if trusting and not is_loopback(settings.host) and not settings.trust_remote_clients:
        raise FaultError(fault("platform.trusting-door", doors=" and ".join(trusting), host=settings.host))


def _is_host(text: str) -> bool:
    return bool(text) and text.isascii() and not any(c in "/:@?#" or c.isspace() for c in text)


def _invalid(setting: str, value: object, expected: str) -> FaultError:
    return FaultError(fault("platform.setting-invalid", setting=setting, value=value, expected=expected))
