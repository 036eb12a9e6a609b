from __future__ import annotations

import base64
import hmac
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey, RSAKey

from landbridge.identity.verify import TOKEN_LIMIT, Rejection, TokenRejected, TokenVerifier
from tests.identity.seed import NOON, ManualClock

KEY = RSAKey.generate_key(2048)
FOREIGN = RSAKey.generate_key(2048)
CLAIMS: dict[str, Any] = {"zid": "tenant-a", "cid": "client-a", "exp": NOON + 600, "grant_type": "client_credentials"}


class Keys:
    """A key source with one key, which tests replace."""

    def __init__(self) -> None:
        self.epoch = 0
        self.known = {"key-1": KEY}
        self.asked = 0

    def key(self, kid: str) -> RSAKey | None:
        self.asked += 1
        return self.known.get(kid)


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def verifier(keys: Keys, clock: ManualClock) -> TokenVerifier:
    return TokenVerifier(keys, clock)


def sign(key: RSAKey = KEY, header: dict[str, Any] | None = None, payload: str = "", **claims: Any) -> str:
    """A token; a claim or header of None is left out."""
    complete = {"alg": "RS256", "kid": "key-1", "typ": "JWT", **(header or {})}
    text = payload or json.dumps({k: v for k, v in {**CLAIMS, **claims}.items() if v is not None})
    return jws.serialize_compact({k: v for k, v in complete.items() if v is not None}, text, key, algorithms=["RS256"])


def encode(part: object) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def rejection(verifier: TokenVerifier, token: str) -> Rejection:
    with pytest.raises(TokenRejected) as caught:
        verifier.verify(token)
    assert caught.value.detail
    return caught.value.rejection


def test_accepts_what_our_key_signed(verifier: TokenVerifier) -> None:
    verified = verifier.verify(sign(ext_attr={"zdn": "acme"}))
    assert (verified.tenant, verified.client_id, verified.expires) == ("tenant-a", "client-a", NOON + 600)
    assert verified.subdomain == "acme"
    assert not verified.is_user_token


def test_claims_cannot_be_changed_by_those_who_share_them(verifier: TokenVerifier) -> None:
    with pytest.raises(TypeError):
        verifier.verify(sign()).claims["zid"] = "tenant-b"  # type: ignore[index]


@pytest.mark.parametrize(
    ("claims", "tenant"),
    [
        ({"zid": "a", "app_tid": "b", "zone_uuid": "c"}, "a"),
        ({"zid": None, "app_tid": "b", "zone_uuid": "c"}, "b"),
        ({"zid": "", "zone_uuid": "c"}, "c"),
    ],
)
def test_the_tenant_is_looked_up_in_order(verifier: TokenVerifier, claims: dict[str, Any], tenant: str) -> None:
    assert verifier.verify(sign(**claims)).tenant == tenant


@pytest.mark.parametrize(
    ("claims", "client"),
    [
        ({"cid": "a", "client_id": "b", "azp": "c"}, "a"),
        ({"cid": None, "client_id": "b", "azp": "c"}, "b"),
        ({"cid": None, "azp": "c"}, "c"),
    ],
)
def test_the_client_is_looked_up_in_order(verifier: TokenVerifier, claims: dict[str, Any], client: str) -> None:
    assert verifier.verify(sign(**claims)).client_id == client


def test_expires_after_the_leeway(verifier: TokenVerifier, clock: ManualClock) -> None:
    token = sign()
    clock.now = NOON + 659
    assert verifier.verify(token).tenant == "tenant-a"
    clock.now = NOON + 660
    with pytest.raises(TokenRejected) as caught:
        verifier.verify(token)
    assert caught.value.rejection is Rejection.EXPIRED
    assert caught.value.expired == NOON + 600
    assert verifier.cached_bytes == 0


def test_becomes_valid_before_the_leeway(verifier: TokenVerifier, clock: ManualClock) -> None:
    token = sign(nbf=NOON + 120)
    assert rejection(verifier, token) is Rejection.NOT_YET_VALID
    clock.now = NOON + 60
    assert verifier.verify(token).tenant == "tenant-a"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"nbf": []},
        {"zid": None},
        {"zid": 7},
        {"cid": None},
        {"cid": ["client-a"]},
    ],
)
def test_refuses_missing_and_odd_claims(verifier: TokenVerifier, claims: dict[str, Any]) -> None:
    assert rejection(verifier, sign(**claims)) is Rejection.CLAIMS


def test_refuses_a_token_of_another_key(verifier: TokenVerifier) -> None:
    assert rejection(verifier, sign(FOREIGN)) is Rejection.BAD_SIGNATURE


def test_refuses_an_unknown_and_a_missing_key_id(verifier: TokenVerifier) -> None:
    assert rejection(verifier, sign(header={"kid": "key-2"})) is Rejection.UNKNOWN_KEY
    assert rejection(verifier, sign(header={"kid": None})) is Rejection.UNKNOWN_KEY
    assert rejection(verifier, sign(header={"kid": ""})) is Rejection.UNKNOWN_KEY


def test_refuses_the_algorithm_none(verifier: TokenVerifier) -> None:
    unsigned = f"{encode({'alg': 'none', 'kid': 'key-1'})}.{encode(CLAIMS)}."
    assert rejection(verifier, unsigned) is Rejection.BAD_SIGNATURE


def test_refuses_hmac_with_the_public_key_as_secret(verifier: TokenVerifier) -> None:
    head = f"{encode({'alg': 'HS256', 'kid': 'key-1'})}.{encode(CLAIMS)}"
    for secret in (KEY.as_pem(private=False), KEY.as_pem(private=False).strip()):
        forged = f"{head}.{encode(hmac.digest(secret, head.encode(), 'sha256'))}"
        assert rejection(verifier, forged) is Rejection.BAD_SIGNATURE


def test_refuses_other_algorithms_of_the_right_key(verifier: TokenVerifier) -> None:
    for algorithm in ("RS512", "PS256"):
        token = jws.serialize_compact({"alg": algorithm, "kid": "key-1"}, json.dumps(CLAIMS), KEY, [algorithm])
        assert rejection(verifier, token) is Rejection.BAD_SIGNATURE


def test_refuses_a_claim_that_was_changed(verifier: TokenVerifier) -> None:
    head, _, signature = sign().split(".")
    assert rejection(verifier, f"{head}.{encode({**CLAIMS, 'zid': 'tenant-b'})}.{signature}") is Rejection.BAD_SIGNATURE


def test_refuses_a_signature_that_was_taken_away(verifier: TokenVerifier) -> None:
    head, claims, _ = sign().split(".")
    assert rejection(verifier, f"{head}.{claims}.") is Rejection.BAD_SIGNATURE


@pytest.mark.parametrize(
    "token",
    [
        "",
        "abc",
        "a.b",
        "a.b.c",
        "..",
        "é.b.c",
        f"{encode([])}.b.c",
        f"{encode(b'not json')}.b.c",
        f"{encode(b'[' * 20_000)}.b.c",
        f"{encode({'alg': 'RS256'})}.b.c.d.e",
        "a" * (TOKEN_LIMIT + 1),
        sign() + "." + "a" * TOKEN_LIMIT,
    ],
)
def test_refuses_what_is_no_token(verifier: TokenVerifier, token: str) -> None:
    assert rejection(verifier, token) is Rejection.MALFORMED


@pytest.mark.parametrize("payload", ["[]", "not json", '"text"'])
def test_refuses_signed_text_that_is_no_claims(verifier: TokenVerifier, payload: str) -> None:
    assert rejection(verifier, sign(payload=payload)) is Rejection.MALFORMED


@pytest.mark.parametrize("kid", [["key-1"], {"a": 1}, 7, True])
def test_refuses_a_key_id_that_is_no_text(verifier: TokenVerifier, kid: object) -> None:
    token = f"{encode({'alg': 'RS256', 'kid': kid})}.{encode(CLAIMS)}.{encode(b'x' * 256)}"
    assert rejection(verifier, token) is Rejection.UNKNOWN_KEY


def test_refuses_a_critical_header_that_it_does_not_know(verifier: TokenVerifier) -> None:
    token = f"{encode({'alg': 'RS256', 'kid': 'key-1', 'crit': ['x'], 'x': 1})}.{encode(CLAIMS)}.{encode(b'x' * 256)}"
    assert rejection(verifier, token) in (Rejection.MALFORMED, Rejection.BAD_SIGNATURE)


@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda head: f"{encode(head)}.e30.AA"))
def test_garbage_is_rejected_and_nothing_else(token: str) -> None:
    with pytest.raises(TokenRejected):
        TokenVerifier(Keys(), ManualClock()).verify(token)


def test_a_key_of_another_type_is_refused_not_crashed_on(verifier: TokenVerifier, keys: Keys) -> None:
    keys.known["key-1"] = OctKey.generate_key(256)  # type: ignore[assignment]
    assert rejection(verifier, sign()) in (Rejection.MALFORMED, Rejection.BAD_SIGNATURE)


def test_the_second_look_is_a_hit(verifier: TokenVerifier, keys: Keys) -> None:
    token = sign()
    first = verifier.verify(token)
    assert verifier.verify(token) is first
    assert keys.asked == 1


def test_a_hit_is_void_after_the_epoch_rose(verifier: TokenVerifier, keys: Keys) -> None:
    token = sign()
    verifier.verify(token)
    keys.known = {"key-1": FOREIGN}
    keys.epoch += 1
    assert rejection(verifier, token) is Rejection.BAD_SIGNATURE
    assert verifier.cached_bytes == 0


def test_a_hit_is_renewed_when_the_token_is_still_good(verifier: TokenVerifier, keys: Keys) -> None:
    token = sign()
    verifier.verify(token)
    held = verifier.cached_bytes
    keys.epoch += 1
    verifier.verify(token)
    verifier.verify(token)
    assert keys.asked == 2
    assert verifier.cached_bytes == held


def test_refused_tokens_are_not_remembered(verifier: TokenVerifier, keys: Keys) -> None:
    token = sign(FOREIGN)
    for _ in range(2):
        assert rejection(verifier, token) is Rejection.BAD_SIGNATURE
    assert (keys.asked, verifier.cached_bytes) == (2, 0)


def test_the_cache_is_bounded_and_forgets_the_oldest(keys: Keys, clock: ManualClock) -> None:
    tokens = [sign(jti=f"{number:04}") for number in range(20)]
    limit = 10 * 8 * len(tokens[0])
    verifier = TokenVerifier(keys, clock, cache_bytes=limit)
    for token in tokens:
        verifier.verify(token)
        assert verifier.cached_bytes <= limit
    assert keys.asked == 20
    for token in tokens[10:]:
        verifier.verify(token)
    assert keys.asked == 20, "the newest ten are remembered"
    verifier.verify(tokens[0])
    assert keys.asked == 21, "the oldest was forgotten"


def test_a_token_larger_than_the_cache_is_not_remembered(keys: Keys, clock: ManualClock) -> None:
    verifier = TokenVerifier(keys, clock, cache_bytes=100)
    verifier.verify(sign())
    assert verifier.cached_bytes == 0


def test_the_estimate_covers_what_the_cache_really_takes(verifier: TokenVerifier) -> None:
    extra = {f"claim-{n}": [f"value-{n}", n] for n in range(20)}
    tokens = [sign(jti=str(number), **extra) for number in range(100)]
    tracemalloc.start()
    try:
        for token in tokens:
            verifier.verify(token[:1] + token[1:])
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken <= verifier.cached_bytes
