"""What the tokens claim that were given to a check. Nothing is verified: that is for those who are asked with them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping

from landbridge.checks.observations import ClaimsSeen
from landbridge.checks.surroundings import Wish

_LONGEST = 65_536


def claims_seen(wish: Wish) -> tuple[ClaimsSeen, ...]:
    """Those of all tokens that were given."""
    given = [("proxy", wish.proxy_token), ("service", wish.service_token)]
    found = [_seen(purpose, token.reveal()) for purpose, token in given if token is not None]
    if wish.user_token.reveal():
        found.append(_seen("user", wish.user_token.reveal()))
    return tuple(found)


def _seen(purpose: str, text: str) -> ClaimsSeen:
    scheme, _, rest = text.strip().rpartition(" ")
    if not text.strip():
        return ClaimsSeen(purpose=purpose, present=False)
    claims = _claims(rest)
    if claims is None:
        return ClaimsSeen(purpose=purpose, scheme=scheme, readable=False)
    audience = claims.get("aud")
    return ClaimsSeen(
        purpose=purpose,
        scheme=scheme,
        issuer=_text(claims, "iss"),
        client=_text(claims, "azp") or _text(claims, "cid") or _text(claims, "client_id"),
        audience=tuple(str(one)[:200] for one in (audience if isinstance(audience, list) else [audience]) if one)[:20],
        tenant=_text(claims, "zid") or _text(claims, "app_tid"),
        user=_text(claims, "user_name") or _text(claims, "email"),
        issued=_moment(claims, "iat"),
        begins=_moment(claims, "nbf"),
        expires=_moment(claims, "exp"),
        is_identity_token="zid" not in claims and ("ias_iss" in claims or "app_tid" in claims),
    )


def _claims(token: str) -> Mapping[str, object] | None:
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _LONGEST:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    return value[:500] if isinstance(value, str) else ""


def _moment(claims: Mapping[str, object], name: str) -> float:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
