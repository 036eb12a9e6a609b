"""How a client proves itself: key stores, assertions, and which of them counts (destination-service §3.9, §4.0)."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from landbridge.destinations.auth.token_call import new_client
from tests.destinations.auth.stage import Stage, material, signed, user_claims
from tests.destinations.token_service import TOKEN, FakeTokenService, answer, fake_token_service

pytestmark = pytest.mark.anyio

USER = signed(user_claims())
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
STORE = {"tokenService.KeyStoreLocation": "k.p12", "tokenService.KeyStorePassword": "pw"}


def given(tokens: FakeTokenService, kind: str = "OAuth2ClientCredentials", **more: str) -> dict[str, str]:
    said = {"Authentication": kind, "tokenServiceURL": tokens.url, "clientId": "c1", "clientSecret": "s1"}
    return said | {"User": "u", "Password": "p", "clientKey": "c1"} | more


def context(folder: Path, client: str | None) -> ssl.SSLContext:
    """A TLS server as `localhost`, which insists on the certificate of `client` if one is named."""
    file = folder / "server.pem"
    file.write_text(material("server").key_pem + material("server").chain_pem)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(file)
    if client:
        made.verify_mode = ssl.CERT_REQUIRED
        made.load_verify_locations(cadata=material(client).chain_pem)
    return made


@pytest.fixture
async def mutual(tmp_path: Path, stage: Stage) -> AsyncIterator[FakeTokenService]:
    """A token service that takes one client certificate, and a stage that trusts it."""
    stage.rebuild(clients=partial(new_client, authorities=(material("server").chain_pem,)))
    stage.level.keystores["k.p12"] = (material("client"), "pw")
    async with fake_token_service(context(tmp_path, "client")) as service:
        yield service


def https(tokens: FakeTokenService) -> str:
    return f"https://localhost:{tokens.port}/oauth/token"


@pytest.mark.parametrize(
    "kind",
    [
        "OAuth2ClientCredentials",
        "OAuth2JWTBearer",
        "OAuth2SAMLBearerAssertion",
        "OAuth2Password",
        "OAuth2RefreshToken",
        "OAuth2AuthorizationCode",
        "OAuth2TokenExchange",
        "OAuth2TechnicalUserPropagation",
    ],
)
async def test_mutual_tls(stage: Stage, mutual: FakeTokenService, kind: str) -> None:
    """Whatever else the destination holds: the key comes first, and no secret is sent beside it."""
    more = STORE | {"tokenServiceUser": "tu", "tokenServicePassword": "tp", "SAMLAssertionProvider": "ClientProvided"}
    said = given(mutual, kind, tokenServiceURL=https(mutual), **more)
    inputs = {"refresh_token": "r", "code": "k", "subject_token": "s", "subject_token_type": "t", "user_token": USER}
    inputs |= {"saml_assertion": "a", "client_assertion": "ca", "client_assertion_type": "t"}
    assert await stage.value(said, **inputs) == "t-1"
    form = mutual.request.form
    assert form["client_id"] == "c1"
    assert "client_secret" not in form
    assert "client_assertion" not in form
    assert "authorization" not in mutual.request.headers


async def test_mutual_tls_in_both_steps_of_the_user_token_exchange(stage: Stage, mutual: FakeTokenService) -> None:
    mutual.answers = [answer({"refresh_token": "r"}), TOKEN]
    said = given(mutual, "OAuth2UserTokenExchange", tokenServiceURL=https(mutual), **STORE)
    assert await stage.value(said, user_token=USER) == "t-1"
    assert mutual.received[1].form == {"grant_type": "refresh_token", "refresh_token": "r", "client_id": "c1"}


async def test_another_key_is_not_let_in(stage: Stage, mutual: FakeTokenService) -> None:
    stage.level.keystores["k.p12"] = (material("stranger"), "pw")
    said = given(mutual, tokenServiceURL=https(mutual), **STORE)
    assert await stage.code(said) == "destination.token-service-unreachable"
    assert mutual.received == []


async def test_a_changed_key_store_is_seen_at_once(stage: Stage, mutual: FakeTokenService) -> None:
    said = given(mutual, tokenServiceURL=https(mutual), **STORE)
    assert await stage.value(said) == "t-1"
    stage.level.keystores["k.p12"] = (material("stranger"), "pw")
    assert await stage.code(said) == "destination.token-service-unreachable"


async def test_a_key_store_that_is_not_there(stage: Stage, tokens: FakeTokenService) -> None:
    assert await stage.code(given(tokens, **STORE)) == "destination.reference-missing"
    assert tokens.received == []


async def test_a_key_does_not_pass_a_connector(stage: Stage, tokens: FakeTokenService) -> None:
    stage.level.keystores["k.p12"] = (material("client"), "pw")
    said = given(tokens, ProxyType="OnPremise", **STORE)
    assert await stage.code(said) == "destination.property-invalid"
    assert await stage.value(said | {"tokenServiceURL.ProxyType": "Internet"}) == "t-1"


async def test_a_token_service_with_a_certificate_of_our_authority(stage: Stage, tmp_path: Path) -> None:
    async with fake_token_service(context(tmp_path, None)) as tokens:
        said = given(tokens, tokenServiceURL=https(tokens))
        assert await stage.code(said) == "destination.token-service-untrusted"
        stage.rebuild(clients=partial(new_client, authorities=(material("server").chain_pem,)))
        assert await stage.value(said) == "t-1"


ASSERTING = [
    "OAuth2ClientCredentials",
    "OAuth2Password",
    "OAuth2AuthorizationCode",
    "OAuth2TechnicalUserPropagation",
    "OAuth2TokenExchange",
]
GIVEN = {"client_assertion": "eyJ", "client_assertion_type": JWT_BEARER}
INPUTS = {"code": "k", "subject_token": "s", "subject_token_type": "t", "user_token": USER, "refresh_token": "r"}


@pytest.mark.parametrize("kind", ASSERTING)
async def test_an_assertion_of_the_caller(stage: Stage, tokens: FakeTokenService, kind: str) -> None:
    said = given(tokens, kind, tokenServiceUser="tu", **{"clientAssertion.destinationName": "P"})
    assert await stage.value(said, **INPUTS, **GIVEN) == "t-1"
    form = tokens.request.form
    assert (form["client_id"], form["client_assertion"], form["client_assertion_type"]) == ("c1", "eyJ", JWT_BEARER)
    assert "client_secret" not in form
    assert "authorization" not in tokens.request.headers


@pytest.mark.parametrize("kind", ["OAuth2JWTBearer", "OAuth2RefreshToken"])
async def test_types_that_take_no_assertion(stage: Stage, tokens: FakeTokenService, kind: str) -> None:
    await stage.value(given(tokens, kind), **INPUTS, **GIVEN)
    assert tokens.request.form["client_secret"] == "s1"
    assert "client_assertion" not in tokens.request.form


def provider(tokens: FakeTokenService, name: str = "P", **more: str) -> dict[str, str]:
    said = {"Name": name, "clientId": f"of-{name}", "clientAssertion.type": JWT_BEARER}
    return given(tokens, **(said | more))


@pytest.mark.parametrize("kind", ASSERTING)
async def test_an_assertion_of_another_destination(stage: Stage, tokens: FakeTokenService, kind: str) -> None:
    stage.put(**provider(tokens))
    tokens.answers = [answer({"access_token": "assertion-1", "expires_in": 3600}), TOKEN]
    said = given(tokens, kind, **{"clientAssertion.destinationName": "P"})
    assert await stage.value(said, **INPUTS) == "t-1"
    first, second = (request.form for request in tokens.received)
    assert first == {"grant_type": "client_credentials", "client_id": "of-P", "client_secret": "s1"}
    assert second["client_assertion"] == "assertion-1"
    assert second["client_assertion_type"] == JWT_BEARER
    assert (second["client_id"], "client_secret" in second) == ("c1", False)


async def test_the_header_names_another_provider(stage: Stage, tokens: FakeTokenService) -> None:
    stage.put(**provider(tokens, "P"))
    stage.put(**provider(tokens, "Q"))
    await stage.value(given(tokens, **{"clientAssertion.destinationName": "P"}), assertion_destination="Q")
    assert tokens.received[0].form["client_id"] == "of-Q"


async def test_the_tenant_goes_to_providers_that_differ_by_tenant(stage: Stage, tokens: FakeTokenService) -> None:
    url = f"http://127.0.0.1:{tokens.port}/{{tenant}}"
    common = {"tokenServiceURL": url, "tokenServiceURLType": "Common"}
    stage.put(**provider(tokens, "same"))
    stage.put(**provider(tokens, "differs", **common))
    for name in ("same", "differs"):
        await stage.value(given(tokens, **common), tenant="t9", assertion_destination=name)
    targets = [request.target for request in tokens.received if request.form["client_id"].startswith("of-")]
    assert targets == ["/oauth/token", "/t9"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"Authentication": "OAuth2Password"}, "destination.reference-unfit"),
        ({"Authentication": "NoAuthentication"}, "destination.reference-unfit"),
        ({"clientAssertion.type": ""}, "destination.reference-unfit"),
        ({"clientAssertion.type": "jwt"}, "destination.reference-unfit"),
        ({"Name": "other"}, "destination.reference-missing"),
        ({"clientAssertion.destinationName": "P"}, "destination.reference-loop"),
        ({"clientAssertion.destinationName": "D"}, "destination.reference-loop"),
        ({"clientId": ""}, "destination.property-missing"),
    ],
)
async def test_providers_that_will_not_do(
    stage: Stage, tokens: FakeTokenService, more: dict[str, str], code: str
) -> None:
    stage.put(**provider(tokens, "D"))
    stage.put(**(provider(tokens) | more))
    assert await stage.code(given(tokens, **{"clientAssertion.destinationName": "P"})) == code
    assert tokens.received == []


async def test_two_steps_are_the_most(stage: Stage, tokens: FakeTokenService) -> None:
    stage.put(**provider(tokens, "one", **{"clientAssertion.destinationName": "two"}))
    stage.put(**provider(tokens, "two"))
    assert await stage.value(given(tokens, **{"clientAssertion.destinationName": "one"})) == "t-1"
    assert [request.form["client_id"] for request in tokens.received] == ["of-two", "of-one", "c1"]
    tokens.received.clear()
    stage.put(**provider(tokens, "two", **{"clientAssertion.destinationName": "three"}))
    stage.put(**provider(tokens, "three"))
    stage.epoch += 1
    entry = await stage.entry(given(tokens, **{"clientAssertion.destinationName": "one"}))
    assert entry["code"] == "destination.reference-loop"
    assert "D → one → two → three" in entry["error"]
    assert tokens.received == []


async def test_a_provider_that_fails(stage: Stage, tokens: FakeTokenService) -> None:
    stage.put(**provider(tokens))
    tokens.answers = [answer({"error": "invalid_client"}, 401)]
    assert await stage.code(given(tokens, **{"clientAssertion.destinationName": "P"})) == "destination.token-refused"


async def test_a_changed_provider_is_seen_at_once(stage: Stage, tokens: FakeTokenService) -> None:
    tokens.answers = [answer({"access_token": f"t-{number}", "expires_in": 3600}) for number in range(1, 9)]
    said = given(tokens, **{"clientAssertion.destinationName": "P"})
    stage.put(**provider(tokens))
    assert await stage.value(said) == "t-2"
    assert await stage.value(said) == "t-2"
    stage.put(**provider(tokens, scope="more"))
    assert await stage.value(said) == "t-4"
