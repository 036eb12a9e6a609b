"""Answers of the doors and of the tunnel listener themselves (connectivity-proxy §4.8)."""

from __future__ import annotations

from http import HTTPStatus

from landbridge.faults import Fault, error_headers

_NEWER = {413: "Content Too Large", 414: "URI Too Long"}
"""Phrases that RFC 9110 changed, and the standard library has not yet."""


def fault_response(fault: Fault, request_id: str, *, close: bool, head_only: bool = False) -> bytes:
    """The whole response: plain text with the known words of the original, and the error headers."""
    status = fault.kind.status
    body = fault.body.encode()
    lines = [status_line(status), "Content-Type: text/plain; charset=utf-8"]
    if status == 407:
        lines.append("Proxy-Authenticate: Bearer")
    lines += [f"{name}: {value}" for name, value in error_headers(fault, request_id).items()]
    lines.append(f"Content-Length: {len(body)}")
    lines.append(f"Connection: {'close' if close else 'keep-alive'}")
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return head if head_only else head + body


def status_line(status: int) -> str:
    """With the usual phrase; a connector may give its refusals any status."""
    try:
        phrase = _NEWER.get(status) or HTTPStatus(status).phrase
    except ValueError:
        phrase = "Error"
    return f"HTTP/1.1 {status} {phrase}"
