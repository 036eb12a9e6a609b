"""Answers of the door itself: a fault as an HTTP response (connectivity-proxy §4.8)."""

from __future__ import annotations

from landbridge.faults import Fault, error_headers

_REASONS = {
    400: "Bad Request",
    403: "Forbidden",
    405: "Method Not Allowed",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def fault_response(fault: Fault, request_id: str, *, close: bool, head_only: bool = False) -> bytes:
    """The whole response: plain text with the known words of the original, and the error headers."""
    status = fault.kind.status
    body = fault.body.encode()
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Error')}", "Content-Type: text/plain; charset=utf-8"]
    if status == 407:
        lines.append("Proxy-Authenticate: Bearer")
    lines += [f"{name}: {value}" for name, value in error_headers(fault, request_id).items()]
    lines.append(f"Content-Length: {len(body)}")
    lines.append(f"Connection: {'close' if close else 'keep-alive'}")
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return head if head_only else head + body
