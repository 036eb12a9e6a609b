"""User tokens of other issuers: the destination names their keys (`x_user_token.*`, destination-service §4.0)."""

from __future__ import annotations

import binascii
import json
import math
from base64 import b64decode, urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from landbridge.destinations.auth.token_call import TokenCalls, TokenRequest
from landbridge.faults import FaultError, fault
from landbridge.identity.verify import TOKEN_LIMIT
from landbridge.model.clock import Clock
from landbridge.model.destination import Destination

JWKS = "x_user_token.jwks"
JWKS_URI = "x_user_token.jwks_uri"
TYPE = "x_user_token.header.typ"

LEEWAY = 60.0
FRESH = 300.0
"""Seconds for which fetched keys count without another look."""
PAUSE = 10.0
"""Seconds after a fetch in which an unknown key does not cause another one."""
_HELD = 200
"""Key sets that are remembered."""

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_PublicKey = RSAKey | ECKey | OKPKey


@dataclass(frozen=True, slots=True)
class _Fetched:
    keys: KeySet
    at: float


def has_foreign_keys(destination: Destination) -> bool:
    """Whether the destination says whose tokens it accepts besides ours."""
    return bool(destination.get(JWKS) or destination.get(JWKS_URI))


class ForeignKeys:
    """Verifies tokens with the keys that destinations name, and remembers fetched keys for a while."""

    def __init__(self, calls: TokenCalls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._fetched: OrderedDict[str, _Fetched] = OrderedDict()

    async def claims(self, token: str, destination: Destination, until: float) -> Mapping[str, Any]:
        """The claims of a valid token. `until`: time of the event loop at which looking for keys ends.

        Raises `FaultError`.
        """
        header = _header(token)
        expected = destination.get(TYPE) or "JWT"
        if str(header.get("typ", "JWT")).lower() != expected.lower():
            raise _invalid(f"the typ in its header is not {expected[:50]}")
        kid = header.get("kid")
        key = await self._key(kid if isinstance(kid, str) else "", destination, until)
        try:
            claims = json.loads(jws.deserialize_compact(token, key, algorithms=_ALGORITHMS).payload)
        except (JoseError, ValueError, TypeError, RecursionError):
            raise _invalid("its signature is wrong, or made in a way that is not accepted") from None
        if not isinstance(claims, dict):
            raise _invalid("its content is no JSON object")
        self._judge(claims)
        return claims

    def clear(self) -> None:
        """Forget all fetched keys."""
        self._fetched.clear()

    def _judge(self, claims: Mapping[str, Any]) -> None:
        now = self._clock()
        expires, begins = _time(claims, "exp"), _time(claims, "nbf")
        if expires is None:
            raise _invalid("it never expires (no exp claim)")
        if expires + LEEWAY <= now:
            when = datetime.fromtimestamp(min(expires, 32_503_680_000), UTC).isoformat(timespec="seconds")
            raise FaultError(fault("destination.user-token-expired", expired=when))
        if begins is not None and begins - LEEWAY > now:
            raise _invalid("it is not valid yet (nbf claim)")

    async def _key(self, kid: str, destination: Destination, until: float) -> _PublicKey:
        if destination.get(JWKS):
            return _choose(_written(destination.get(JWKS)), kid)
        uri = destination.get(JWKS_URI)
        held = self._fetched.get(uri)
        now = self._clock()
        age = now - held.at if held is not None else -1.0
        if held is not None and 0 <= age < FRESH and (age < PAUSE or _find(held.keys, kid) is not None):
            return _choose(held.keys, kid)
        keys = await self._fetch(uri, until)
        self._fetched[uri] = _Fetched(keys, now)
        self._fetched.move_to_end(uri)
        while len(self._fetched) > _HELD:
            self._fetched.popitem(last=False)
        return _choose(keys, kid)

    async def _fetch(self, uri: str, until: float) -> KeySet:
        request = TokenRequest(uri)
        if not uri.lower().startswith(("http://", "https://")):
            raise _unusable(JWKS_URI, "it must be a URL like https://host/keys")
        try:
            body = await self._calls.send(request, until)
        except FaultError as error:
            reason = error.fault.sentence.removesuffix(".")
            raise FaultError(fault("destination.user-token-keys", url=request.place, reason=reason)) from error
        try:
            return _key_set(body)
        except ValueError:
            reason = "what it answers is no JSON Web Key Set"
            raise FaultError(fault("destination.user-token-keys", url=request.place, reason=reason)) from None


def _written(text: str) -> KeySet:
    """The key set of the property, in either alphabet of base64."""
    plain = "".join(text.split()).rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return _key_set(b64decode(plain + "=" * (-len(plain) % 4), validate=True))
    except (binascii.Error, ValueError):
        raise _unusable(JWKS, "it must be a JSON Web Key Set in base64") from None


def _key_set(content: bytes) -> KeySet:
    """Raises `ValueError`."""
    try:
        parsed = json.loads(content)
        if not isinstance(parsed, dict) or not isinstance(parsed.get("keys"), list):
            raise ValueError("no key set")
        return KeySet.import_key_set({"keys": [key for key in parsed["keys"] if _is_public(key)]})
    except (JoseError, TypeError, KeyError, RecursionError) as error:
        raise ValueError("no key set") from error


def _is_public(key: object) -> bool:
    """Symmetric keys in a published set are nobody's secret; they are passed over."""
    return isinstance(key, dict) and key.get("kty") in {"RSA", "EC", "OKP"}


def _find(keys: KeySet, kid: str) -> _PublicKey | None:
    """The key of that id; without an id, the only one."""
    fitting = [key for key in keys.keys if key.kid == kid] if kid else list(keys.keys)
    if len(fitting) != 1:
        return None
    (key,) = fitting
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


def _choose(keys: KeySet, kid: str) -> _PublicKey:
    key = _find(keys, kid)
    if key is None:
        raise _invalid("the keys that the destination names do not include the one that signed it")
    return key


def _header(token: str) -> Mapping[str, Any]:
    if len(token) <= TOKEN_LIMIT and token.isascii() and token.count(".") == 2:
        first = token[: token.index(".")]
        try:
            header = json.loads(urlsafe_b64decode(first + "=" * (-len(first) % 4)))
        except (ValueError, RecursionError):
            header = None
        if isinstance(header, dict):
            return header
    raise _invalid("it is no JSON Web Token")


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _invalid(f"its {name} claim is no time")
    return float(value)


def _invalid(reason: str) -> FaultError:
    return FaultError(fault("destination.user-token-invalid", reason=reason))


def _unusable(key: str, reason: str) -> FaultError:
    return FaultError(fault("destination.property-invalid", property=key, reason=reason))
