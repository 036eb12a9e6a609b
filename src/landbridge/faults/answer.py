"""How a fault looks to an HTTP client: headers and, for our own JSON APIs, a body."""

from __future__ import annotations

from landbridge.faults.fault import Fault


def header_text(text: str) -> str:
    """`text` as a legal header value: one line of printable ASCII, at most 1000 characters."""
    if text.isascii() and text.isprintable() and "  " not in text and len(text) <= 1000:
        return text.strip()
    return "".join(c if " " <= c <= "~" else "?" for c in " ".join(text.split()))[:1000]


def error_headers(fault: Fault, request_id: str) -> dict[str, str]:
    """The four headers that mark an answer as ours (design §4; names as in connectivity-proxy §14.4)."""
    headers = {
        "X-Error-Origin": fault.kind.origin.value,
        "X-Error-Message": header_text(fault.sentence),
        "X-Internal-Error-Code": fault.code,
        "X-Request-Id": header_text(request_id),
    }
    return headers | {"X-Landbridge-Injected": fault.mark} if fault.mark else headers


def problem(fault: Fault, request_id: str) -> dict[str, object]:
    """JSON body of our REST answers. `ErrorMessage` is what clients of the original read and compare."""
    return {
        "ErrorMessage": fault.body,
        "code": fault.code,
        "origin": fault.kind.origin.value,
        "message": fault.sentence,
        "action": fault.action,
        "requestId": request_id,
    }
