"""Chains of two destinations (destination-service §3.8)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from landbridge.destinations.auth.chains import SAML, USER, check_chain
from landbridge.destinations.auth.context import Inputs
from landbridge.faults import FaultError
from tests.destinations.auth.stage import Stage, signed, user_claims
from tests.destinations.token_service import TOKEN, FakeTokenService, answer

pytestmark = pytest.mark.anyio

ALICE = signed(user_claims())
SAML_VARIABLES = {"samlProviderDestinationName": "IAS", "subjectToken": "st", "subjectTokenType": "urn:x"}
USER_VARIABLES = {"tokenTransformationDestinationName": "T", "userToken": ALICE}


def given(tokens: FakeTokenService, kind: str, **more: str) -> dict[str, str]:
    said = {"Authentication": kind, "tokenServiceURL": tokens.url, "clientId": "c1", "clientKey": "k1"}
    return said | more


def final(tokens: FakeTokenService, **more: str) -> dict[str, str]:
    return given(tokens, "OAuth2SAMLBearerAssertion", SAMLAssertionProvider="ClientProvided", **more)


async def test_an_assertion_from_the_identity_provider(stage: Stage, tokens: FakeTokenService) -> None:
    requested = {"tokenService.body.requested_token_type": "urn:ietf:params:oauth:token-type:saml2"}
    stage.put(**given(tokens, "OAuth2TokenExchange", Name="IAS", **requested))
    tokens.answers = [answer({"access_token": "PHNhbWwy", "issued_token_type": "saml2"}), TOKEN]
    variables = {key.lower(): value for key, value in SAML_VARIABLES.items()}
    entries = await stage.entries(final(tokens), chain=SAML, chain_variables=variables)
    assert [entry["value"] for entry in entries] == ["t-1"], "the last token alone"
    first, second = (request.form for request in tokens.received)
    assert (first["subject_token"], first["subject_token_type"]) == ("st", "urn:x")
    assert first["requested_token_type"] == "urn:ietf:params:oauth:token-type:saml2"
    assert second["assertion"] == "PHNhbWwy"


async def test_a_user_token_from_another_token_service(stage: Stage, tokens: FakeTokenService) -> None:
    """It is the token service's own answer, so it needs no key that we know."""
    stage.put(**given(tokens, "OAuth2JWTBearer", Name="T"))
    foreign = signed(user_claims(iss="https://t7.ias.test", ext_attr={}), kid="unknown")
    tokens.answers = [answer({"access_token": foreign, "expires_in": 3600}), TOKEN]
    url = f"http://127.0.0.1:{tokens.port}/{{tenant}}"
    said = given(tokens, "OAuth2JWTBearer", tokenServiceURL=url, tokenServiceURLType="Common")
    assert await stage.value(said, chain=USER, chain_variables=USER_VARIABLES) == "t-1"
    assert tokens.received[0].form["assertion"] == ALICE
    assert tokens.received[1].form["assertion"] == foreign
    assert tokens.received[1].target == "/t7"


async def test_a_user_token_that_is_no_jwt(stage: Stage, tokens: FakeTokenService) -> None:
    stage.put(**given(tokens, "OAuth2JWTBearer", Name="T"))
    tokens.answers = [answer({"access_token": "opaque"}), TOKEN]
    assert await stage.value(given(tokens, "OAuth2JWTBearer"), chain=USER, chain_variables=USER_VARIABLES) == "t-1"
    assert tokens.received[1].form["assertion"] == "opaque"


async def test_the_first_user_token_is_verified(stage: Stage, tokens: FakeTokenService) -> None:
    stage.put(**given(tokens, "OAuth2JWTBearer", Name="T"))
    variables = USER_VARIABLES | {"userToken": signed(user_claims(), kid="unknown")}
    said = given(tokens, "OAuth2JWTBearer")
    assert await stage.code(said, chain=USER, chain_variables=variables) == "destination.user-token-untrusted"
    assert tokens.received == []


async def test_fragments_of_the_first_destination(stage: Stage, tokens: FakeTokenService) -> None:
    stage.put(**given(tokens, "OAuth2TokenExchange", Name="IAS"))
    more = {"samlProviderFragmentName": "a, b", "samlProviderFragmentOptional": "True"}
    await stage.value(final(tokens), chain=SAML, chain_variables=SAML_VARIABLES | more)
    assert stage.level.fragments == [("IAS", ("a", "b"), True)]


async def test_a_failing_first_step(stage: Stage, tokens: FakeTokenService) -> None:
    stage.put(**given(tokens, "OAuth2TokenExchange", Name="IAS"))
    tokens.answers = [answer({"error": "invalid_grant"}, 400)]
    assert await stage.code(final(tokens), chain=SAML, chain_variables=SAML_VARIABLES) == "destination.token-refused"
    assert len(tokens.received) == 1


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({}, "destination.reference-missing"),
        ({"Name": "IAS", "Authentication": "NoAuthentication"}, "destination.reference-unfit"),
    ],
)
async def test_first_destinations_that_will_not_do(
    stage: Stage, tokens: FakeTokenService, first: dict[str, str], code: str
) -> None:
    if first:
        stage.put(**first)
    assert await stage.code(final(tokens), chain=SAML, chain_variables=SAML_VARIABLES) == code
    assert tokens.received == []


async def test_a_chain_to_itself(stage: Stage, tokens: FakeTokenService) -> None:
    stage.put(**final(tokens))
    variables = SAML_VARIABLES | {"samlProviderDestinationName": "D"}
    assert await stage.code(final(tokens), chain=SAML, chain_variables=variables) == "destination.reference-loop"


@pytest.mark.parametrize(
    ("chain", "variables", "code"),
    [
        ("", {}, None),
        (SAML, SAML_VARIABLES, None),
        (USER, USER_VARIABLES, None),
        (SAML, SAML_VARIABLES | {"subjectToken": ""}, "destination.chain-variable-missing"),
        (SAML, USER_VARIABLES, "destination.chain-variable-missing"),
        (USER, {}, "destination.chain-variable-missing"),
        ("com.sap.other", SAML_VARIABLES, "destination.chain-unknown"),
    ],
)
def test_what_a_chain_needs(chain: str, variables: Mapping[str, str], code: str | None) -> None:
    inputs = Inputs(chain=chain, chain_variables=variables)
    if code is None:
        check_chain(inputs)
        return
    with pytest.raises(FaultError) as caught:
        check_chain(inputs)
    assert (caught.value.fault.code, caught.value.fault.kind.status) == (code, 400)
