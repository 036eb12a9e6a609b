"""Which requests share a token, and which never do (destination-service §3.10)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.destinations.auth.stage import GLOBEX, NOW, Stage, material, service_claims, signed, user_claims
from tests.destinations.token_service import FakeTokenService, answer

pytestmark = pytest.mark.anyio

USER = signed(user_claims())
INPUTS = {
    "refresh_token": "r",
    "code": "k",
    "subject_token": "s",
    "subject_token_type": "t",
    "user_token": USER,
    "saml_assertion": "a",
}


@pytest.fixture
def numbered(tokens: FakeTokenService) -> FakeTokenService:
    """Each answer has its own token."""
    tokens.answers = [
        answer({"access_token": f"t-{number}", "refresh_token": "r", "expires_in": 3600}) for number in range(1, 10)
    ]
    return tokens


def given(tokens: FakeTokenService, kind: str = "OAuth2ClientCredentials", **more: str) -> dict[str, str]:
    said = {"Authentication": kind, "tokenServiceURL": tokens.url, "clientId": "c1", "clientSecret": "s1"}
    saml = {"clientKey": "k", "audience": "a", "authnContextClassRef": "x"}
    return said | {"User": "u", "Password": "p"} | saml | more


@pytest.mark.parametrize(
    ("kind", "requests"),
    [
        ("OAuth2ClientCredentials", 1),
        ("OAuth2TechnicalUserPropagation", 1),
        ("OAuth2Password", 1),
        ("OAuth2JWTBearer", 1),
        ("OAuth2UserTokenExchange", 2),
        ("OAuth2SAMLBearerAssertion", 1),
        ("OAuth2TokenExchange", 1),
    ],
)
async def test_a_token_is_fetched_once(stage: Stage, numbered: FakeTokenService, kind: str, requests: int) -> None:
    first = await stage.entry(given(numbered, kind), **INPUTS)
    stage.clock.now += 100
    second = await stage.entry(given(numbered, kind), **INPUTS)
    assert len(numbered.received) == requests
    assert (first["expires_in"], second["expires_in"]) == ("3600", "3500")
    assert first | {"expires_in": "3500"} == second


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("OAuth2AuthorizationCode", {}),
        ("OAuth2RefreshToken", {}),
        ("OAuth2TokenExchange", {"actor_token": "a", "actor_token_type": "t"}),
    ],
)
async def test_what_is_good_for_one_use_is_never_kept(
    stage: Stage, numbered: FakeTokenService, kind: str, more: dict[str, str]
) -> None:
    values = [await stage.value(given(numbered, kind), **INPUTS, **more) for _ in range(2)]
    assert values == ["t-1", "t-2"]


@pytest.mark.parametrize(
    "changed",
    [
        {"clientId": "c2"},
        {"clientSecret": "s2"},
        {"scope": "x"},
        {"Description": "any edit"},
        {"tokenService.body.resource": "r"},
        {"tokenServiceURL.headers.X-A": "b"},
        {"Name": "E"},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_an_edit_is_seen_at_once(stage: Stage, numbered: FakeTokenService, changed: dict[str, str]) -> None:
    assert await stage.value(given(numbered)) == "t-1"
    assert await stage.value(given(numbered, **changed)) == "t-2"
    assert await stage.value(given(numbered)) == "t-1"


async def test_tenants_and_levels_do_not_share(stage: Stage, numbered: FakeTokenService) -> None:
    assert await stage.value(given(numbered)) == "t-1"
    assert await stage.value(given(numbered), signed(service_claims(zid=GLOBEX))) == "t-2"
    assert await stage.value(given(numbered), instance="one") == "t-3"
    assert await stage.value(given(numbered), signed(service_claims(jti="another token"))) == "t-1"


async def test_the_tenant_of_the_url_counts(stage: Stage, numbered: FakeTokenService) -> None:
    url = f"http://127.0.0.1:{numbered.port}/{{tenant}}"
    said = given(numbered, tokenServiceURL=url, tokenServiceURLType="Common")
    values = [await stage.value(said, tenant=tenant) for tenant in ("a", "b", "a")]
    assert values == ["t-1", "t-2", "t-1"]


@pytest.mark.parametrize("kind", ["OAuth2JWTBearer", "OAuth2SAMLBearerAssertion"])
async def test_users_do_not_share(stage: Stage, numbered: FakeTokenService, kind: str) -> None:
    bob = signed(user_claims(user_name="bob"))
    values = [await stage.value(given(numbered, kind), user_token=user) for user in (USER, bob, USER)]
    assert values == ["t-1", "t-2", "t-1"]


async def test_a_user_whose_token_ended_gets_nothing_from_memory(stage: Stage, numbered: FakeTokenService) -> None:
    short = signed(user_claims(exp=NOW + 100))
    assert await stage.value(given(numbered, "OAuth2JWTBearer"), user_token=short) == "t-1"
    stage.clock.now += 161
    assert await stage.code(given(numbered, "OAuth2JWTBearer"), user_token=short) == "destination.user-token-expired"


async def test_another_signing_key_counts(stage: Stage, numbered: FakeTokenService) -> None:
    said = given(numbered, "OAuth2SAMLBearerAssertion")
    assert await stage.value(said, user_token=USER) == "t-1"
    stage.level.trust = material("rotated")
    assert await stage.value(said, user_token=USER) == "t-2"


@pytest.mark.parametrize("changed", ["subject_token", "subject_token_type"])
async def test_inputs_of_the_caller_count(stage: Stage, numbered: FakeTokenService, changed: str) -> None:
    said = given(numbered, "OAuth2TokenExchange")
    inputs: dict[str, Any] = {"subject_token": "s", "subject_token_type": "t"}
    assert await stage.value(said, **inputs) == "t-1"
    assert await stage.value(said, **(inputs | {changed: "z"})) == "t-2"


async def test_failures_are_not_kept(stage: Stage, tokens: FakeTokenService) -> None:
    tokens.answers = [answer({"error": "invalid_client"}, 401), answer({"access_token": "x", "expires_in": 3600})]
    assert await stage.code(given(tokens)) == "destination.token-refused"
    assert await stage.value(given(tokens)) == "x"


async def test_a_reset_forgets(stage: Stage, numbered: FakeTokenService) -> None:
    assert await stage.value(given(numbered)) == "t-1"
    stage.epoch += 1
    assert await stage.value(given(numbered)) == "t-2"


async def test_concurrent_callers_share_one_request(stage: Stage, numbered: FakeTokenService) -> None:
    values = await asyncio.gather(*(stage.value(given(numbered)) for _ in range(10)))
    assert set(values) == {"t-1"}
    assert len(numbered.received) == 1
