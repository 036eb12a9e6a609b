"""User tokens that somebody else issued (`x_user_token.*`, destination-service §4.0)."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from landbridge.destinations.auth.foreign_keys import FRESH, PAUSE
from landbridge.model.reach import Reach
from tests.destinations.auth.stage import NOW, Stage
from tests.destinations.token_service import TOKEN, FakeTokenService, answer, fake_token_service

pytestmark = pytest.mark.anyio

RSA = RSAKey.generate_key(2048, {"kid": "r"})
EC = ECKey.generate_key("P-256", {"kid": "e"})
SHARED = OctKey.import_key("0123456789abcdef0123456789abcdef", {"kid": "o"})


def key_set(*keys: Any) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=key.key_type == "oct") for key in keys]}


def in_base64(*keys: Any) -> str:
    return b64encode(json.dumps(key_set(*keys)).encode()).decode()


def token(key: Any = RSA, alg: str = "RS256", header: dict[str, str] | None = None, **claims: object) -> str:
    said = {"sub": "bob", "iss": "https://t5.ias.test", "exp": NOW + 3600} | claims
    head = {"alg": alg, "kid": key.kid, "typ": "JWT", **(header or {})}
    return jws.serialize_compact(head, json.dumps(said), key, algorithms=[alg])


def given(tokens: FakeTokenService, **more: str) -> dict[str, str]:
    said = {"Authentication": "OAuth2JWTBearer", "tokenServiceURL": tokens.url, "clientId": "c1"}
    return said | {key.replace("__", "."): value for key, value in more.items()}


@pytest.mark.parametrize(("key", "alg"), [(RSA, "RS256"), (RSA, "PS384"), (EC, "ES256")])
async def test_keys_in_the_destination(stage: Stage, tokens: FakeTokenService, key: Any, alg: str) -> None:
    raw = token(key, alg)
    assert await stage.value(given(tokens, x_user_token__jwks=in_base64(RSA, EC)), user_token=raw) == "t-1"
    assert tokens.request.form["assertion"] == raw


async def test_either_alphabet_and_a_bearer_prefix(stage: Stage, tokens: FakeTokenService) -> None:
    jwks = urlsafe_b64encode(json.dumps(key_set(RSA)).encode()).decode().rstrip("=")
    assert await stage.value(given(tokens, x_user_token__jwks=jwks), user_token=f"Bearer {token()}") == "t-1"
    assert tokens.request.form["assertion"] == token()


async def test_a_single_key_needs_no_name(stage: Stage, tokens: FakeTokenService) -> None:
    raw = token(header={"kid": ""})
    assert await stage.value(given(tokens, x_user_token__jwks=in_base64(RSA)), user_token=raw) == "t-1"
    said = given(tokens, x_user_token__jwks=in_base64(RSA, EC))
    assert await stage.code(said, user_token=raw) == "destination.user-token-invalid"


async def test_the_tenant_is_that_of_the_issuer(stage: Stage, tokens: FakeTokenService) -> None:
    url = f"http://127.0.0.1:{tokens.port}/{{tenant}}"
    said = given(tokens, x_user_token__jwks=in_base64(RSA), tokenServiceURL=url, tokenServiceURLType="Common")
    await stage.value(said, user_token=token())
    assert tokens.request.target == "/t5"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (token(exp=NOW - 61), "destination.user-token-expired"),
        (token(exp=10**300), None),
        (token(exp=None), "destination.user-token-invalid"),
        (token(exp="soon"), "destination.user-token-invalid"),
        (token(nbf=NOW + 61), "destination.user-token-invalid"),
        (token(nbf=NOW + 59), None),
        (token(header={"typ": "at+jwt"}), "destination.user-token-invalid"),
        (token(EC, "ES256", {"kid": "r"}), "destination.user-token-invalid"),
        (token(EC, "ES256"), "destination.user-token-invalid"),
        (token(SHARED, "HS256"), "destination.user-token-invalid"),
        (token(SHARED, "HS256", {"kid": "r"}), "destination.user-token-invalid"),
        (token()[:-6] + "AAAAAA", "destination.user-token-invalid"),
        (jws.serialize_compact({"alg": "RS256", "kid": "r"}, "[1]", RSA), "destination.user-token-invalid"),
        (jws.serialize_compact({"alg": "RS256", "kid": "r"}, "no json", RSA), "destination.user-token-invalid"),
        ("a.b.c", "destination.user-token-invalid"),
        ("ü", "destination.user-token-invalid"),
    ],
    ids=range(16),
)
async def test_tokens(stage: Stage, tokens: FakeTokenService, raw: str, code: str | None) -> None:
    entry = await stage.entry(given(tokens, x_user_token__jwks=in_base64(RSA, SHARED)), user_token=raw)
    assert entry.get("code") == code
    assert bool(tokens.received) is (code is None)


async def test_the_algorithm_none(stage: Stage, tokens: FakeTokenService) -> None:
    head = urlsafe_b64encode(b'{"alg":"none","kid":"r","typ":"JWT"}').decode().rstrip("=")
    raw = f"{head}.{token().split('.')[1]}."
    said = given(tokens, x_user_token__jwks=in_base64(RSA))
    assert await stage.code(said, user_token=raw) == "destination.user-token-invalid"


async def test_another_type_of_token(stage: Stage, tokens: FakeTokenService) -> None:
    said = given(tokens, x_user_token__jwks=in_base64(RSA), x_user_token__header__typ="at+jwt")
    assert await stage.code(said, user_token=token()) == "destination.user-token-invalid"
    assert await stage.value(said, user_token=token(header={"typ": "AT+JWT"})) == "t-1"


@pytest.mark.parametrize("jwks", ["%%%", b64encode(b"{}").decode(), b64encode(b'{"keys":5}').decode(), "e30"])
async def test_keys_that_are_none(stage: Stage, tokens: FakeTokenService, jwks: str) -> None:
    said = given(tokens, x_user_token__jwks=jwks)
    assert await stage.code(said, user_token=token()) == "destination.property-invalid"


async def test_keys_by_address(stage: Stage, tokens: FakeTokenService) -> None:
    async with fake_token_service() as issuer:
        issuer.answers = [answer(key_set(EC)), answer(key_set(EC, RSA))]
        said = given(tokens, x_user_token__jwks_uri=f"http://127.0.0.1:{issuer.port}/keys?a=b")
        assert await stage.code(said, user_token=token()) == "destination.user-token-invalid"
        assert (issuer.request.method, issuer.request.target, issuer.request.body) == ("GET", "/keys?a=b", "")
        assert "content-type" not in issuer.request.headers
        assert await stage.code(said, user_token=token()) == "destination.user-token-invalid"
        assert len(issuer.received) == 1, "an unknown key does not make a flood of requests"
        stage.clock.now += PAUSE
        assert await stage.value(said, user_token=token()) == "t-1"
        assert len(issuer.received) == 2, "a rotated key is found"
        stage.clock.now += FRESH - 1
        await stage.value(said, user_token=token(jti="1"))
        assert len(issuer.received) == 2
        stage.clock.now += 1
        await stage.value(said, user_token=token(jti="2"))
        assert len(issuer.received) == 3


@pytest.mark.parametrize("content", [answer(b"<html>"), answer({"a": 1}), answer(b"no", 404), answer(b"x" * 2_000_000)])
async def test_addresses_without_keys(stage: Stage, tokens: FakeTokenService, content: bytes) -> None:
    async with fake_token_service() as issuer:
        issuer.answers = [content]
        said = given(tokens, x_user_token__jwks_uri=f"http://127.0.0.1:{issuer.port}/keys")
        assert await stage.code(said, user_token=token()) == "destination.user-token-keys"


async def test_redirects_are_not_followed(stage: Stage, tokens: FakeTokenService) -> None:
    async with fake_token_service() as issuer, fake_token_service() as elsewhere:
        issuer.answers = [answer(b"", 302, f"Location: {elsewhere.url}\r\n")]
        said = given(tokens, x_user_token__jwks_uri=issuer.url)
        assert await stage.code(said, user_token=token()) == "destination.user-token-keys"
        assert elsewhere.received == []


async def test_the_server_profile_reads_no_keys_from_private_addresses(stage: Stage, tokens: FakeTokenService) -> None:
    async with fake_token_service() as issuer:
        issuer.answers = [answer(key_set(RSA)), TOKEN]
        stage.rebuild(reach=Reach.PUBLIC)
        entry = await stage.entry(given(tokens, x_user_token__jwks_uri=issuer.url), user_token=token())
        assert entry["code"] == "destination.user-token-keys"
        assert "private address 127.0.0.1" in entry["error"]
        assert issuer.received == []


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "localhost/keys", "http://"])
async def test_addresses_that_are_none(stage: Stage, tokens: FakeTokenService, uri: str) -> None:
    entry = await stage.entry(given(tokens, x_user_token__jwks_uri=uri), user_token=token())
    assert entry["code"] in {"destination.property-invalid", "destination.user-token-keys"}


async def test_without_keys_a_foreign_token_is_not_trusted(stage: Stage, tokens: FakeTokenService) -> None:
    assert await stage.code(given(tokens), user_token=token()) == "destination.user-token-untrusted"
