"""From an Open and its header lines to the bytes that the backend gets.

The gateway is not trusted with the framing: method, target and header lines are checked here, lengths are written
here, so that nobody on the cloud side can slip a second request past the access decision.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from landbridge.connector.route import Route
from landbridge.faults import FaultError, fault
from landbridge.wire.http1 import is_header_block, is_target, is_token
from landbridge.wire.messages import Open

_OURS = re.compile(
    rb"\r\n(?:host|content-length|transfer-encoding|connection|proxy-connection|keep-alive|upgrade|te|trailer"
    rb"|proxy-authorization|sap-connectivity-[a-z_-]*|ssl[_-]client[_-]cert) *:",
    re.IGNORECASE,
)
_REMEMBERED = 4096
"""Longest header block that is remembered, in bytes."""
_USUAL = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "MERGE"})
_RETRIED = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@dataclass(slots=True)
class BackendRequest:
    """What to send: `head` is complete; `size` bytes of body follow, or chunks when `chunked`."""

    method: str
    head: bytes
    size: int
    chunked: bool
    upgrade: bool
    has_body: bool
    repeatable: bool
    """Whether it may be sent again on a fresh connection when a kept one turns out to be dead (RFC 9110 §9.2.2)."""


def check_open(opening: Open, block: bytes) -> None:
    """Raises `FaultError` (`connector.open-invalid`) unless Open and header lines are well-formed and harmless."""
    problem = ""
    if opening.method not in _USUAL and (opening.method == "CONNECT" or not is_token(_latin(opening.method))):
        problem = "method"
    elif not opening.target.startswith("/") or not is_target(_latin(opening.target)):
        problem = "target"
    elif not (is_harmless(block) if len(block) > _REMEMBERED else _is_harmless(block)):
        problem = "header lines"
    elif not _is_body_plain(opening):
        problem = "body"
    if problem:
        raise FaultError(fault("connector.open-invalid", reason=f"its {problem} cannot be used"))


def is_harmless(block: bytes) -> bool:
    """Whether a header block is well-formed and has none of the lines that only we may write."""
    return is_header_block(block) and _OURS.search(b"\r\n" + block) is None


_is_harmless = lru_cache(maxsize=256)(is_harmless)
"""With a memory, for blocks that are not too long: clients repeat theirs."""


def _latin(text: str) -> bytes:
    """The bytes of a request line's part; nothing at all for what no request line can hold."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return b""


def _is_body_plain(opening: Open) -> bool:
    """What is announced is what may be sent: a length without a body would swallow the next request."""
    if opening.body == "sized":
        return opening.size >= 0 and not opening.upgrade
    return opening.size in (-1, 0) and opening.body != "raw" and not (opening.upgrade and opening.body != "none")


def backend_request(opening: Open, block: bytes, way: Route, identity: bytes = b"") -> BackendRequest:
    """The request as the backend gets it; `identity` are the lines that tell the user (cloud-connector §4.1 step 7)."""
    lines = [
        f"{opening.method} {opening.target} HTTP/1.1\r\n".encode("latin-1"),
        way.head_lines,
        identity,
        block,
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
    return BackendRequest(opening.method, b"".join(lines), opening.size, chunked, opening.upgrade, has_body, repeatable)
