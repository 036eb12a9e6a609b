"""URLs of requests: taken apart, joined with a redirect, and shown without what may be secret in them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

from landbridge.checks.evidence import Target
from landbridge.observe.redact import HIDDEN

PORTS = {"http": 80, "https": 443}
_TELLING = frozenset(("response_type", "sap-client", "sap-language", "wa", "grant_type", "wsdl"))
"""Parameters whose values are never secret, and tell something."""
_KEPT = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class Url:
    """Where a request goes. `path` has the query, and is sent as it is."""

    scheme: str
    host: str
    port: int
    path: str = "/"

    @property
    def secure(self) -> bool:
        """Whether TLS is spoken there."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """host, with the port when it is not the usual one, as in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else _ascii(self.host)
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def text(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def shown(self) -> str:
        """The URL with the names of its parameters, and without values that may be secret."""
        return shown(self.text)

    def at(self, path: str) -> Url:
        """Another path at the same place."""
        return replace(self, path=path)

    def is_same_place(self, other: Url) -> bool:
        """Whether scheme, host and port are equal: only there does a secret go again."""
        return (self.scheme, self.host.lower(), self.port) == (other.scheme, other.host.lower(), other.port)


def of_target(target: Target) -> Url:
    """The URL of a target."""
    scheme = "https" if is_secure(target) else "http"
    return Url(scheme, target.host, target.port, quote(target.path, safe=_KEPT))


def _ascii(host: str) -> str:
    """A name as it is written in a request."""
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def is_secure(target: Target) -> bool:
    """Whether TLS is to be spoken with it; https is the usual scheme."""
    return target.scheme != "http"


def joined(base: Url, location: str) -> Url:
    """Where a redirect leads. Raises `ValueError` when that is no HTTP address."""
    parts = urlsplit(urljoin(base.text, location.strip()))
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("the address is not one of HTTP")
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_KEPT, encoding="latin-1")
    return Url(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme], path)


def shown(address: str) -> str:
    """An address without user, fragment and the values of its parameters, but for some that are never secret."""
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return "an address that cannot be read"
    said = [name if not value else f"{name}={value if _tells(name) else HIDDEN}" for name, value in pairs]
    start = f"{parts.scheme}://{host}" if host else ""
    return f"{start}{parts.path}{'?' if said else ''}{'&'.join(said)}"[:500]


def _tells(name: str) -> bool:
    return name.lower() in _TELLING or name.startswith("$")


def parameters(address: str) -> dict[str, str]:
    """The parameters of an address, names in lower case; empty when it cannot be read."""
    try:
        pairs = parse_qsl(urlsplit(address).query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        return {}
    return {name.lower(): value for name, value in pairs}
