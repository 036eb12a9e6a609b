"""A mapping made ready for traffic: what is the same for all its requests is worked out once."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.model.mapping import HostInHeader, Mapping, Protocol

_DEFAULT_PORTS = {Protocol.HTTP: 80, Protocol.HTTPS: 443}


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """Compared by identity: a changed mapping makes a new route, and old backend connections are not reused.

    head_lines  header lines that the connector writes into every request: Host
    """

    mapping: Mapping
    head_lines: bytes


def route(mapping: Mapping) -> Route:
    """The route of a mapping (cloud-connector §4.1 step 7)."""
    return Route(mapping, _host(mapping).encode("latin-1"))


def _host(mapping: Mapping) -> str:
    virtual = mapping.virtual_host if mapping.virtual_port == 80 else mapping.virtual
    if mapping.host_in_header is HostInHeader.VIRTUAL:
        return f"Host: {virtual}\r\n"
    is_default = mapping.internal_port == _DEFAULT_PORTS[mapping.protocol]
    internal = mapping.internal.rpartition(":")[0] if is_default else mapping.internal
    return f"Host: {internal}\r\nX-Forwarded-Host: {virtual}\r\n"
