"""Reads what a token service answered (destination-service §4.0, end)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from landbridge.destinations.auth.entry import AuthToken
from landbridge.faults import Fault, FaultError, fault
from landbridge.observe.redact import HIDDEN, redact_text

_EXCERPT = 500
_SECRET = 4
"""Shorter secrets would be found in every other word."""


class BadTokenAnswer(ValueError):
    """A successful answer without a usable token; the message completes "the answer is no token answer: ..."."""


class TokenRefused(FaultError):
    """An answer that is no success. `error` is its OAuth error code, empty when it has none; `answer` its excerpt."""

    def __init__(self, refused: Fault, error: str, answer: str) -> None:
        super().__init__(refused)
        self.error = error
        self.answer = answer


def read_token(body: bytes) -> AuthToken:
    """The token of a successful answer. Raises `BadTokenAnswer`.

    The type is always spelled `Bearer`: clients build the header from it.
    """
    answer = _object(body)
    value = answer.get("access_token") or answer.get("id_token")
    if not isinstance(value, str) or not value:
        raise BadTokenAnswer("it holds no access_token")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise BadTokenAnswer("its access_token cannot stand in a header")
    return AuthToken(
        "Bearer",
        value,
        expires_in=_seconds(answer.get("expires_in")),
        scope=_scope(answer.get("scope")),
        refresh_token=_text(answer.get("refresh_token")),
        issued_token_type=_text(answer.get("issued_token_type")),
    )


def read_refresh_token(body: bytes) -> str:
    """The refresh token of an answer without an access token (§4.6). Raises `BadTokenAnswer`."""
    token = _text(_object(body).get("refresh_token"))
    if not token:
        raise BadTokenAnswer("it holds no refresh_token")
    return token


def refusal(place: str, status: int, body: bytes, secrets: Iterable[str], times: str) -> TokenRefused:
    """What an answer that is no success means, with the beginning of its body, without secrets.

    times  how often the token service was asked: once, twice
    """
    text = body.decode("utf-8", "replace")
    for secret in secrets:
        text = text.replace(secret, HIDDEN) if len(secret) >= _SECRET else text
    excerpt = " ".join(redact_text(text).split())[:_EXCERPT] or "(empty)"
    if status >= 500:
        failed = fault("destination.token-service-failed", url=place, status=status, answer=excerpt, times=times)
        return TokenRefused(failed, "", excerpt)
    refused = fault("destination.token-refused", url=place, status=status, answer=excerpt)
    return TokenRefused(refused, _error_code(body), excerpt)


def _error_code(body: bytes) -> str:
    try:
        return _text(_object(body).get("error")) or ""
    except BadTokenAnswer:
        return ""


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise BadTokenAnswer("it is not JSON") from None
    if not isinstance(answer, dict):
        raise BadTokenAnswer("it is not a JSON object")
    return answer


def _seconds(value: object) -> str | None:
    """Seconds as text; a client reads them as a whole number, so anything else is left out."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) and value.isdecimal() and value.isascii() else None


def _scope(value: object) -> str | None:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return " ".join(value)
    return _text(value)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
