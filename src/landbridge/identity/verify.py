"""Verification of our own access tokens: the one way from text to a `VerifiedToken`. Used by every part, alone.

The hot path is a hit in the cache. It is keyed by the whole token and valid for one epoch of the key source, so that a
changed key, client or subscription makes every cached verdict void at once.
"""

from __future__ import annotations

import base64
import json
import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import RSAKey

from landbridge.model.clock import Clock
from landbridge.model.token import VerifiedToken

ALGORITHM = "RS256"
TOKEN_LIMIT = 65_536
"""Longest token that is looked at at all, in characters."""

_COST = 8
"""Bytes that a cached token takes in memory per character of it: text, claims and bookkeeping, measured in a test."""

_TENANT_CLAIMS = ("zid", "app_tid", "zone_uuid")
_CLIENT_CLAIMS = ("cid", "client_id", "azp")


class KeySource(Protocol):
    """Public keys by key id. `epoch` rises when anything that was trusted may not be trusted any more."""

    @property
    def epoch(self) -> int: ...

    def key(self, kid: str) -> RSAKey | None: ...


class Rejection(StrEnum):
    """Why a token is not accepted."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown-key"
    BAD_SIGNATURE = "bad-signature"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    CLAIMS = "claims"


class TokenRejected(Exception):
    """A token that is not accepted. `detail` completes "the token is refused: ..."; `expired` is its exp claim."""

    def __init__(self, rejection: Rejection, detail: str, expired: float | None = None) -> None:
        super().__init__(detail)
        self.rejection = rejection
        self.detail = detail
        self.expired = expired


@dataclass(frozen=True, slots=True)
class _Verdict:
    token: VerifiedToken
    epoch: int
    until: float


class TokenVerifier:
    """Verifies tokens against a key source.

    leeway       seconds by which clocks may disagree
    cache_bytes  most memory that remembered tokens may take; the oldest is forgotten first
    """

    def __init__(
        self, keys: KeySource, clock: Clock, leeway: float = 60.0, cache_bytes: int = 16 * 1024 * 1024
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._leeway = leeway
        self._limit = cache_bytes
        self._held = 0
        self._verdicts: OrderedDict[str, _Verdict] = OrderedDict()

    def verify(self, token: str) -> VerifiedToken:
        """The claims of `token`. Raises `TokenRejected` (destination-service §5.5, §5.6)."""
        verdict = self._verdicts.get(token)
        if verdict is not None and verdict.epoch == self._keys.epoch and self._clock() < verdict.until:
            return verdict.token
        return self._verify_anew(token, forget=verdict is not None)

    @property
    def cached_bytes(self) -> int:
        """What the remembered tokens take, by the estimate that `cache_bytes` limits."""
        return self._held

    def _verify_anew(self, token: str, forget: bool) -> VerifiedToken:
        if forget:
            self._held -= _cost(token)
            del self._verdicts[token]
        epoch = self._keys.epoch
        claims = self._authentic_claims(token)
        verified = self._judge(claims)
        self._remember(token, _Verdict(verified, epoch, verified.expires + self._leeway))
        return verified

    def _authentic_claims(self, token: str) -> Mapping[str, Any]:
        header = _header(token)
        if header.get("alg") != ALGORITHM:
            raise TokenRejected(Rejection.BAD_SIGNATURE, f"it is not signed with {ALGORITHM}")
        kid = header.get("kid")
        if not isinstance(kid, str) or not kid:
            raise TokenRejected(Rejection.UNKNOWN_KEY, "its header names no key (kid)")
        key = self._keys.key(kid)
        if key is None:
            raise TokenRejected(Rejection.UNKNOWN_KEY, "it is signed with a key that is not known here")
        try:
            return _object(jws.deserialize_compact(token, key, algorithms=[ALGORITHM]).payload)
        except BadSignatureError:
            raise TokenRejected(Rejection.BAD_SIGNATURE, "its signature is wrong") from None
        except (JoseError, ValueError):
            raise TokenRejected(Rejection.MALFORMED, "it is no JSON Web Token") from None

    def _judge(self, claims: Mapping[str, Any]) -> VerifiedToken:
        now = self._clock()
        expires = _time(claims, "exp")
        if expires is None:
            raise TokenRejected(Rejection.CLAIMS, "it never expires (no exp claim)")
        if expires + self._leeway <= now:
            raise TokenRejected(Rejection.EXPIRED, "it has expired", expires)
        begins = _time(claims, "nbf")
        if begins is not None and begins - self._leeway > now:
            raise TokenRejected(Rejection.NOT_YET_VALID, "it is not valid yet (nbf claim)", expires)
        tenant = _first_text(claims, _TENANT_CLAIMS)
        if not tenant:
            raise TokenRejected(Rejection.CLAIMS, "it names no tenant (zid claim)", expires)
        client = _first_text(claims, _CLIENT_CLAIMS)
        if not client:
            raise TokenRejected(Rejection.CLAIMS, "it names no client (cid claim)", expires)
        return VerifiedToken(MappingProxyType(dict(claims)), tenant, client, expires)

    def _remember(self, token: str, verdict: _Verdict) -> None:
        cost = _cost(token)
        if cost > self._limit:
            return
        self._verdicts[token] = verdict
        self._held += cost
        while self._held > self._limit:
            oldest, _ = self._verdicts.popitem(last=False)
            self._held -= _cost(oldest)


def _cost(token: str) -> int:
    return _COST * len(token)


def _header(token: str) -> Mapping[str, Any]:
    """The header of a compact JWS, unverified. Raises `TokenRejected` (MALFORMED)."""
    if len(token) <= TOKEN_LIMIT and token.isascii() and token.count(".") == 2:
        encoded = token[: token.index(".")]
        try:
            return _object(base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True))
        except (ValueError, RecursionError):
            pass
    raise TokenRejected(Rejection.MALFORMED, "it is no JSON Web Token") from None


def _object(text: bytes) -> Mapping[str, Any]:
    """A JSON object. Raises `ValueError`."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    """A time claim; None when it is missing. Raises `TokenRejected` (CLAIMS) when it is no time."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TokenRejected(Rejection.CLAIMS, f"its {name} claim is no time")
    return float(value)


def _first_text(claims: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = claims.get(name)
        if isinstance(value, str) and value:
            return value
    return ""
