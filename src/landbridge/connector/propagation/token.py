"""Is this user token good here? (cloud-connector §3.2 steps 1 to 3)"""

from __future__ import annotations

import base64
import json
import re
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError

from landbridge.connector.propagation.trust_list import TrustList
from landbridge.faults import FaultError, fault
from landbridge.model.clock import Clock

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LEEWAY = 60.0
"""Seconds by which a token may be from the future: clocks differ."""
_CACHED = 2048
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
"""Three parts and nothing else (RFC 7515 §7.1): no quotes, no blanks, no word before them, which decoders pass over."""


@dataclass(frozen=True, slots=True, repr=False)
class UserToken:
    """Claims of a token that the connector has verified. `technical`: no person stands behind it."""

    claims: Mapping[str, Any]
    issuer: str
    key_id: str
    technical: bool


class TokenCheck:
    """Verifies user tokens against the trust list; verdicts are remembered until the list changes."""

    def __init__(
        self,
        trust: TrustList,
        subaccount_id: str,
        tolerance_hours: int,
        clock: Clock,
        disabled: Collection[str] = (),
    ) -> None:
        self._trust = trust
        self._disabled = frozenset(disabled)
        self._subaccount_id = subaccount_id
        self._tolerance_hours = tolerance_hours
        self._clock = clock
        self._verdicts: OrderedDict[tuple[str, bool], tuple[UserToken, int]] = OrderedDict()

    def verify(self, raw: str, *, technical: bool) -> UserToken:
        """The token, verified. Raises `FaultError` (`principal.*`)."""
        known = self._verdicts.get((raw, technical))
        if known is not None and known[1] == self._trust.epoch:
            token = known[0]
        else:
            token = self._verify_anew(raw, technical)
            self._verdicts[(raw, technical)] = (token, self._trust.epoch)
            if len(self._verdicts) > _CACHED:
                self._verdicts.popitem(last=False)
        self._check_time(token.claims)
        return token

    def _verify_anew(self, raw: str, technical: bool) -> UserToken:
        if not len(self._trust):
            raise FaultError(fault("principal.trust-empty"))
        issuer = str(unverified_claims(raw).get("iss", ""))
        entry, keys = self._trust.entry(issuer), self._trust.keys(issuer)
        if entry is None or keys is None:
            raise FaultError(fault("principal.issuer-untrusted", issuer=issuer[:300] or "nobody"))
        if not entry.enabled or issuer in self._disabled:
            raise FaultError(fault("principal.issuer-disabled", issuer=issuer))
        try:
            token = jwt.decode(raw, keys, algorithms=ALGORITHMS)
        except BadSignatureError:
            raise FaultError(fault("principal.token-signature", issuer=issuer)) from None
        except (JoseError, ValueError):
            # No key of that id is the usual cause: the issuer has rotated its keys.
            raise FaultError(fault("principal.token-signature", issuer=issuer)) from None
        claims = token.claims
        self._check_tenant(claims)
        is_technical = technical or claims.get("grant_type") == "client_credentials"
        return UserToken(claims, issuer, str(token.header.get("kid", "")), is_technical)

    def _check_tenant(self, claims: Mapping[str, Any]) -> None:
        tenant = claims.get("zid") or claims.get("app_tid") or claims.get("zone_uuid")
        if tenant is not None and tenant != self._subaccount_id:
            raise FaultError(fault("principal.other-tenant", tenant=tenant, subaccount=self._subaccount_id))

    def _check_time(self, claims: Mapping[str, Any]) -> None:
        """`exp` plus tolerance, and `nbf`; a token without an end is none (cloud-connector §3.2 step 3)."""
        now = self._clock()
        expires, begins = claims.get("exp"), claims.get("nbf", 0)
        if not isinstance(expires, int | float) or not isinstance(begins, int | float):
            raise FaultError(fault("principal.token-malformed", reason="exp or nbf is no number"))
        if now >= expires + self._tolerance_hours * 3600:
            shown = datetime.fromtimestamp(expires, UTC).isoformat(timespec="seconds")
            raise FaultError(fault("principal.token-expired", expired=shown, hours=self._tolerance_hours))
        if now < begins - LEEWAY:
            raise FaultError(fault("principal.token-malformed", reason="it is not valid yet; compare the clocks"))


def unverified_claims(raw: str) -> dict[str, Any]:
    """What a token says before anybody has verified it: for traces, and to choose the keys to verify with.

    Raises `FaultError` (`principal.token-malformed`).
    """
    parts = raw.split(".")
    try:
        if not _COMPACT.fullmatch(raw):
            raise ValueError
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        raise FaultError(fault("principal.token-malformed", reason="it is no JSON web token")) from None
    return claims if isinstance(claims, dict) else {}
