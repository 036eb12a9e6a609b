"""What a token says of itself, without its signature: for evidence, never for trust. Pure."""

from __future__ import annotations

import base64
import binascii
import json

from landbridge.model.secret import Secret

_HEADER = ("alg", "typ", "kid", "jku")
_CLAIMS = ("iss", "aud", "azp", "cid", "client_id", "zid", "sub_type", "grant_type", "scope", "iat", "nbf", "exp")
_LONGEST = 300


def told(token: Secret) -> tuple[dict[str, str], dict[str, str]]:
    """Those header fields and claims that name no person and open nothing; empty when it is no JWT."""
    head, claims = _parts(token)
    return _shown(head, _HEADER), _shown(claims, _CLAIMS)


def expiry(token: Secret) -> float:
    """The end of the token (seconds since the epoch); 0 when it does not say."""
    end = _parts(token)[1].get("exp")
    return float(end) if isinstance(end, int | float) and not isinstance(end, bool) else 0.0


def _parts(token: Secret) -> tuple[dict[str, object], dict[str, object]]:
    pieces = token.reveal().split(".")
    if len(pieces) != 3:
        return {}, {}
    return _object(pieces[0]), _object(pieces[1])


def _object(piece: str) -> dict[str, object]:
    try:
        found = json.loads(base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _shown(fields: dict[str, object], names: tuple[str, ...]) -> dict[str, str]:
    return {name: _text(fields[name]) for name in names if name in fields}


def _text(value: object) -> str:
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text[:_LONGEST]
