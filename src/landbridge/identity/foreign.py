"""Tokens of others: signature against a key set that somebody trusts, then time, issuer and audience.

For: grants that take tokens of trusted issuers, logins of administrators by OpenID Connect, and the find algorithm,
where a destination names the keys of its callers' identity provider (`x_user_token.jwks`, `x_user_token.jwks_uri`).
"""

from __future__ import annotations

import base64
import json
import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet

from landbridge.identity.verify import TOKEN_LIMIT, Rejection, TokenRejected
from landbridge.model.clock import Clock
from landbridge.model.trust import TrustedIssuer
from landbridge.net.fetch import FetchFailed

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LEEWAY = 60.0
FRESH = 900.0
"""Seconds that a fetched key set is used without asking again."""
REFETCH = 30.0
"""Least seconds between two fetches of a key set that lacks a key: forged key ids must not make us ask all the time."""
_KEPT = 200


class Fetch(Protocol):
    """Gets a document; `net.fetch.Fetcher` is one. Raises `FetchFailed`."""

    async def fetch(self, url: str) -> bytes: ...


class KeysUnavailable(Exception):
    """The keys of an issuer cannot be had. The text completes "the keys cannot be read: "."""


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: KeySet
    fetched: float


class KeySets:
    """Key sets of others, fetched when they are needed and kept for a while."""

    def __init__(self, fetch: Fetch, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def forget(self) -> None:
        """Fetch every key set anew when it is needed the next time."""
        self._kept.clear()

    async def at(self, url: str, kid: str = "") -> KeySet:
        """The key set at `url`; asked anew when it is old, or lacks the key `kid`. Raises `KeysUnavailable`."""
        kept, now = self._kept.get(url), self._clock()
        if kept is not None and 0 <= now - kept.fetched < (FRESH if not kid or _has(kept.keys, kid) else REFETCH):
            return kept.keys
        keys = parse_keys(await self._text(url))
        self._kept[url] = _Kept(keys, now)
        self._kept.move_to_end(url)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return keys

    async def discovered(self, url: str, issuer: str, kid: str = "") -> KeySet:
        """The key set that the OpenID configuration at `url` names; it has to be that of `issuer`."""
        document = parse_object(await self._text(url))
        if document.get("issuer") != issuer:
            raise KeysUnavailable(f"the OpenID configuration at {url} is that of another issuer")
        uri = document.get("jwks_uri")
        if not isinstance(uri, str):
            raise KeysUnavailable(f"the OpenID configuration at {url} names no jwks_uri")
        return await self.at(uri, kid)

    async def _text(self, url: str) -> str:
        try:
            return (await self._fetch.fetch(url)).decode()
        except (FetchFailed, UnicodeDecodeError) as error:
            raise KeysUnavailable(f"{url}: {error}") from error


class ForeignTokens:
    """Verifies tokens of issuers that a subaccount trusts."""

    def __init__(self, key_sets: KeySets, clock: Clock) -> None:
        self._key_sets = key_sets
        self._clock = clock

    async def verify(self, token: str, trusted: Sequence[TrustedIssuer]) -> Mapping[str, Any]:
        """The claims of `token`, when one of `trusted` issued it. Raises `TokenRejected`, `KeysUnavailable`."""
        named = claimed_issuer(token)
        issuer = next((one for one in trusted if one.issuer == named), None)
        if issuer is None:
            raise TokenRejected(Rejection.UNKNOWN_KEY, f"its issuer '{named[:200]}' is not trusted here")
        return self.judge(token, await self._keys(issuer, _header(token).get("kid", "")), issuer.audience)

    async def verify_with(self, token: str, jwks: str = "", jwks_uri: str = "") -> Mapping[str, Any]:
        """The claims of `token`, signed with a key of the set `jwks` (JSON or PEM) or of that at `jwks_uri`."""
        kid = _header(token).get("kid", "")
        return self.judge(token, parse_keys(jwks) if jwks else await self._key_sets.at(jwks_uri, kid))

    def judge(self, token: str, keys: KeySet, audience: str = "") -> Mapping[str, Any]:
        """Signature, time, audience. Raises `TokenRejected`."""
        claims = _signed_claims(token, keys)
        _check_times(claims, self._clock())
        if audience and audience not in _listed(claims.get("aud")):
            raise TokenRejected(Rejection.CLAIMS, f"it is not for the audience '{audience}'")
        return claims

    async def _keys(self, issuer: TrustedIssuer, kid: str) -> KeySet:
        if issuer.jwks:
            return parse_keys(issuer.jwks)
        if issuer.jwks_uri:
            return await self._key_sets.at(issuer.jwks_uri, kid)
        return await self._key_sets.discovered(issuer.discovery, issuer.issuer, kid)


def claimed_issuer(token: str) -> str:
    """The `iss` claim, unverified: it only says whose keys to take. Raises `TokenRejected` (MALFORMED)."""
    _, _, rest = _checked(token).partition(".")
    return str(_decoded(rest.partition(".")[0]).get("iss", ""))


def parse_keys(text: str) -> KeySet:
    """A key set from JSON (a set or a single key) or from a PEM public key. Raises `KeysUnavailable`."""
    try:
        if text.lstrip().startswith("-----BEGIN"):
            return KeySet([_pem_key(text)])
        document = parse_object(text)
        return KeySet.import_key_set({"keys": _signing(document.get("keys", [document]))})
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        raise KeysUnavailable("the key set is no JSON Web Key Set") from None


def parse_object(text: str) -> dict[str, Any]:
    """A JSON object. Raises `KeysUnavailable`."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise KeysUnavailable("the answer is no JSON") from None
    if not isinstance(value, dict):
        raise KeysUnavailable("the answer is no JSON object")
    return value


def _pem_key(text: str) -> Any:
    from joserfc.jwk import ECKey, RSAKey

    try:
        return RSAKey.import_key(text)
    except (JoseError, ValueError, TypeError):
        return ECKey.import_key(text)


def _signing(keys: Any) -> list[Any]:
    """The public keys that can sign; others, and kinds that nobody here knows, are left out. No secret key counts."""
    return [key for key in keys if key.get("use", "sig") == "sig" and key.get("kty") in ("RSA", "EC")]


def _signed_claims(token: str, keys: KeySet) -> Mapping[str, Any]:
    header = _header(token)
    kid = header.get("kid")
    candidates = [key for key in keys.keys if kid is None or key.kid in (None, kid)]
    if not candidates:
        raise TokenRejected(Rejection.UNKNOWN_KEY, "it is signed with a key that its issuer does not publish")
    for key in candidates:
        try:
            return _object(jws.deserialize_compact(token, key, algorithms=ALGORITHMS).payload)
        except BadSignatureError:
            continue
        except (JoseError, ValueError, TypeError):
            continue
    raise TokenRejected(Rejection.BAD_SIGNATURE, "its signature is wrong")


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, begins = _time(claims, "exp"), _time(claims, "nbf")
    if expires is None:
        raise TokenRejected(Rejection.CLAIMS, "it never expires (no exp claim)")
    if expires + LEEWAY <= now:
        raise TokenRejected(Rejection.EXPIRED, "it has expired", expires)
    if begins is not None and begins - LEEWAY > now:
        raise TokenRejected(Rejection.NOT_YET_VALID, "it is not valid yet (nbf claim)", expires)


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TokenRejected(Rejection.CLAIMS, f"its {name} claim is no time")
    return float(value)


def _listed(audience: object) -> list[object]:
    return audience if isinstance(audience, list) else [audience]


def _has(keys: KeySet, kid: str) -> bool:
    return any(key.kid == kid for key in keys.keys)


def _checked(token: str) -> str:
    if len(token) > TOKEN_LIMIT or not token.isascii() or token.count(".") != 2:
        raise TokenRejected(Rejection.MALFORMED, "it is no JSON Web Token")
    return token


def _header(token: str) -> Mapping[str, Any]:
    return _decoded(_checked(token).partition(".")[0])


def _decoded(part: str) -> Mapping[str, Any]:
    try:
        return _object(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise TokenRejected(Rejection.MALFORMED, "it is no JSON Web Token") from None


def _object(text: bytes) -> Mapping[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value
