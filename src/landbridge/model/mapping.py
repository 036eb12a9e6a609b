"""Mappings and resources: what a connector exposes (cloud-connector §1.4, §1.5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Protocol(StrEnum):
    """Protocol between connector and backend."""

    HTTP = "HTTP"
    HTTPS = "HTTPS"


class AuthenticationMode(StrEnum):
    """How identity reaches the backend; the two X509 modes and Kerberos need identity propagation."""

    NONE = "NONE"
    NONE_RESTRICTED = "NONE_RESTRICTED"


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
class Mapping:
    """Virtual host:port → internal host:port. Hosts are compared without regard to case.

    `internal_host` may be an IPv6 address, written without brackets.
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

    @property
    def virtual(self) -> str:
        return f"{self.virtual_host}:{self.virtual_port}"

    @property
    def internal(self) -> str:
        host = f"[{self.internal_host}]" if ":" in self.internal_host else self.internal_host
        return f"{host}:{self.internal_port}"

    @property
    def key(self) -> tuple[str, int]:
        return (self.virtual_host.lower(), self.virtual_port)
