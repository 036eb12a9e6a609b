"""From an Open and its header lines to the bytes that the backend gets.

The gateway is not trusted with the framing: method, target and header lines are checked here, lengths are written
here, so that nobody on the cloud side can slip a second request past the access decision.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from landbridge.connector.access import Allowed
from landbridge.connector.principal import identity_headers
from landbridge.faults import FaultError, fault
from landbridge.model.mapping import HostInHeader, Mapping, Protocol
from landbridge.wire.http1 import is_header_block, is_target, is_token
from landbridge.wire.messages import Open

_OURS = re.compile(
    rb"(?:^|\r\n)(?:host|content-length|transfer-encoding|connection|proxy-connection|keep-alive|upgrade|te|trailer"
    rb"|proxy-authorization|sap-connectivity-[a-z_-]*|ssl[_-]client[_-]cert) *:",
    re.IGNORECASE,
)
_DEFAULT_PORTS = {Protocol.HTTP: 80, Protocol.HTTPS: 443}
_RETRIED = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@dataclass(frozen=True, slots=True)
class BackendRequest:
    """What to send: `head` is complete; `size` bytes of body follow, or chunks when `chunked`."""

    method: str
    head: bytes
    size: int
    chunked: bool
    upgrade: bool
    repeatable: bool
    """Whether it may be sent again on a fresh connection when a kept one turns out to be dead (RFC 9110 §9.2.2)."""


def check_open(opening: Open, block: bytes) -> None:
    """Raises `FaultError` (`connector.open-invalid`) unless Open and header lines are well-formed and harmless."""
    problem = (
        "method"
        if not is_token(opening.method.encode("latin-1", "replace"))
        else "target"
        if not opening.target.startswith("/") or not is_target(opening.target.encode("latin-1", "replace"))
        else "header lines"
        if not is_header_block(block) or _OURS.search(block)
        else "body"
        if opening.size < (0 if opening.body == "sized" else -1) or opening.body == "raw"
        else ""
    )
    if problem:
        raise FaultError(fault("connector.open-invalid", reason=f"its {problem} cannot be used"))


def backend_request(opening: Open, block: bytes, allowed: Allowed) -> BackendRequest:
    """The request as the backend gets it (cloud-connector §4.1 step 7)."""
    mapping = allowed.mapping
    lines = [
        f"{opening.method} {opening.target} HTTP/1.1\r\n{_host(mapping)}".encode("latin-1"),
        block,
        identity_headers(mapping),
    ]
    chunked = opening.body == "streamed"
    if chunked:
        lines.append(b"Transfer-Encoding: chunked\r\n")
    elif opening.size >= 0:
        lines.append(b"Content-Length: %d\r\n" % opening.size)
    if opening.upgrade:
        lines.append(b"Connection: Upgrade\r\nUpgrade: websocket\r\n")
    lines.append(b"\r\n")
    has_body = opening.body != "none"
    repeatable = opening.method in _RETRIED and not has_body and not opening.upgrade
    return BackendRequest(opening.method, b"".join(lines), opening.size, chunked, opening.upgrade, repeatable)


def _host(mapping: Mapping) -> str:
    virtual = mapping.virtual_host if mapping.virtual_port == 80 else mapping.virtual
    if mapping.host_in_header is HostInHeader.VIRTUAL:
        return f"Host: {virtual}\r\n"
    is_default = mapping.internal_port == _DEFAULT_PORTS[mapping.protocol]
    internal = mapping.internal_host if is_default else mapping.internal
    return f"Host: {internal}\r\nX-Forwarded-Host: {virtual}\r\n"
