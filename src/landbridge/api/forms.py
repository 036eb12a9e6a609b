"""Forms as browsers and OAuth clients send them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl

from starlette.requests import Request

from landbridge.faults import FaultError, fault

_FIELD_LIMIT = 100
_FORM = "application/x-www-form-urlencoded"


async def form_fields(request: Request) -> list[tuple[str, str]]:
    """The fields of the body; one without a content type counts as a form.

    Raises `FaultError` (`identity.request-malformed`).
    """
    body = await request.body()
    if not body:
        return []
    kind = request.headers.get("content-type", _FORM).partition(";")[0].strip().lower()
    if kind != _FORM:
        raise _malformed(f"the content type is {kind[:100]}, not {_FORM}")
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_FIELD_LIMIT)
    except ValueError:
        raise _malformed("the form is not URL-encoded UTF-8, or has too many fields") from None


def single(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each parameter once; the same value twice, in query and form, is no contradiction."""
    parameters: dict[str, str] = {}
    for name, value in fields:
        if parameters.setdefault(name, value) != value:
            raise _malformed(f"the parameter '{name[:50]}' has two different values")
    return parameters


def _malformed(reason: str) -> FaultError:
    return FaultError(fault("identity.request-malformed", reason=reason))
