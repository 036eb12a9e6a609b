"""Mappings and resources: what a connector exposes (cloud-connector §1.4, §1.5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Protocol(StrEnum):
    """Protocol between connector and backend (cloud-connector §1.4); RFC and its kin are not served."""

    HTTP = "HTTP"
    HTTPS = "HTTPS"
    TCP = "TCP"
    TCPS = "TCPS"
    LDAP = "LDAP"
    LDAPS = "LDAPS"

    @property
    def is_http(self) -> bool:
        """Whether requests are served, and not bare connections."""
        return self in _HTTP

    @property
    def is_tls(self) -> bool:
        """Whether the connector speaks TLS to the backend."""
        return self in _TLS


_HTTP = frozenset({Protocol.HTTP, Protocol.HTTPS})
_TLS = frozenset({Protocol.HTTPS, Protocol.TCPS, Protocol.LDAPS})


class AuthenticationMode(StrEnum):
    """How identity reaches the backend; RESTRICTED forbids logon by the system certificate. Kerberos is left out."""

    NONE = "NONE"
    NONE_RESTRICTED = "NONE_RESTRICTED"
    X509_GENERAL = "X509_GENERAL"
    X509_RESTRICTED = "X509_RESTRICTED"

    @property
    def propagates(self) -> bool:
        """Whether the user of the request reaches the backend."""
        return self in _PROPAGATING

    @property
    def is_restricted(self) -> bool:
        """Whether the system certificate may not log on by itself."""
        return self in _RESTRICTED


_PROPAGATING = frozenset({AuthenticationMode.X509_GENERAL, AuthenticationMode.X509_RESTRICTED})
_RESTRICTED = frozenset({AuthenticationMode.NONE_RESTRICTED, AuthenticationMode.X509_RESTRICTED})


class BackendType(StrEnum):
    """What kind of system a mapping leads to, in the original's words (cloud-connector §1.4)."""

    ABAP = "abapSys"
    NETWEAVER_CE = "netweaverCE"
    NETWEAVER_GATEWAY = "netweaverGW"
    APPLICATION_SERVER_JAVA = "applServerJava"
    BUSINESS_CONNECTOR = "BC"
    PROCESS_INTEGRATION = "PI"
    HANA = "hana"
    OTHER_SAP = "otherSAPsys"
    NON_SAP = "nonSAPsys"

    @property
    def mangles_urls(self) -> bool:
        """Whether the system keeps the state of sessions in parentheses in the first segment of paths."""
        return self in _MANGLING


_MANGLING = frozenset({BackendType.ABAP, BackendType.NETWEAVER_GATEWAY})
_BEHIND_TCP = frozenset(
    {BackendType.ABAP, BackendType.HANA, BackendType.NETWEAVER_GATEWAY, BackendType.OTHER_SAP, BackendType.NON_SAP}
)


def backend_types(protocol: Protocol) -> tuple[BackendType, ...]:
    """The kinds of systems that a protocol may lead to (cloud-connector §1.4, allowed combinations)."""
    if protocol.is_http:
        return tuple(BackendType)
    if protocol in (Protocol.LDAP, Protocol.LDAPS):
        return (BackendType.NON_SAP,)
    return tuple(kind for kind in BackendType if kind in _BEHIND_TCP)


class HostInHeader(StrEnum):
    """Which host the backend sees in the Host header."""

    VIRTUAL = "VIRTUAL"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True, slots=True)
class Resource:
    """A path rule below a mapping. Prefixes are plain text prefixes, as in the original (cloud-connector §4.1)."""

    path: str
    enabled: bool = True
    exact_match_only: bool = False
    websocket_upgrade_allowed: bool = False
    description: str = ""

    def covers(self, path: str) -> bool:
        return path == self.path if self.exact_match_only else path.startswith(self.path)


@dataclass(frozen=True, slots=True)
class CookieDomain:
    """Cookies of an internal domain are given a virtual one on their way out (cloud-connector §1.6)."""

    virtual: str
    internal: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """Virtual host:port → internal host:port. Hosts are compared without regard to case.

    `internal_host` may be an IPv6 address, written without brackets. `ports` is how many ports from the first one on
    are mapped, each to the one at the same distance (TCP and TCPS only).
    """

    virtual_host: str
    virtual_port: int
    internal_host: str
    internal_port: int
    protocol: Protocol = Protocol.HTTP
    authentication_mode: AuthenticationMode = AuthenticationMode.NONE
    host_in_header: HostInHeader = HostInHeader.VIRTUAL
    resources: tuple[Resource, ...] = ()
    description: str = ""
    ports: int = 1
    backend_type: BackendType = BackendType.NON_SAP

    @property
    def virtual(self) -> str:
        return f"{self.virtual_host}:{_range(self.virtual_port, self.ports)}"

    @property
    def internal(self) -> str:
        return f"{self._internal_name}:{_range(self.internal_port, self.ports)}"

    def internal_at(self, virtual_port: int) -> str:
        """Internal host:port behind a virtual port that the mapping covers."""
        return f"{self._internal_name}:{self.internal_port_of(virtual_port)}"

    @property
    def _internal_name(self) -> str:
        return f"[{self.internal_host}]" if ":" in self.internal_host else self.internal_host

    def covers(self, virtual_port: int) -> bool:
        return self.virtual_port <= virtual_port < self.virtual_port + self.ports

    def internal_port_of(self, virtual_port: int) -> int:
        """The internal port behind a virtual port that the mapping covers."""
        return self.internal_port + virtual_port - self.virtual_port

    @property
    def key(self) -> tuple[str, int]:
        return (self.virtual_host.lower(), self.virtual_port)


def _range(first: int, ports: int) -> str:
    return str(first) if ports == 1 else f"{first}-{first + ports - 1}"
