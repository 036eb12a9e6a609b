"""Every authentication type that the SAP Cloud SDK for JavaScript supports; it runs unmodified."""

from __future__ import annotations

import base64

import pytest

from tests.clients.assertions import claims, subject_of, verified_assertion
from tests.clients.javascript import Played, play
from tests.clients.recorder import Arrived
from tests.clients.stage import CLIENT_SUBJECT, Stage, destination_api, headers
from tests.clients.token_service import token_of

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

CREDENTIALS = {"client_id": "c1", "client_secret": "s1"}
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="module")
async def played(sdk_node: str, the_stage: Stage) -> Played:
    """The application played all its scenes once."""
    return await play(sdk_node, the_stage, "authentication")


def sent(played: Played, scene: str) -> dict[str, str]:
    """The headers of the only request of a scene that arrived at the backend."""
    assert played.scenes[scene].get("status", 200) == 200, played.scenes[scene]
    (request,) = played.stage.at_backend(scene)
    return headers(request)


async def test_headers_and_queries_of_the_destination_are_sent(played: Played) -> None:
    (request,) = played.stage.at_backend("plain")
    assert request.target == "/echo?tier=gold"
    assert headers(request)["x-region"] == "north"
    assert "authorization" not in headers(request)


async def test_a_destination_of_the_instance_is_found(played: Played) -> None:
    assert "authorization" not in sent(played, "onInstance")


async def test_basic(played: Played) -> None:
    assert sent(played, "basic")["authorization"] == f"Basic {base64.b64encode(b'sample:sample').decode()}"


@pytest.mark.parametrize("scene", ["certificateP12", "certificatePem", "certificateJks"])
async def test_the_backend_sees_the_client_certificate(played: Played, scene: str) -> None:
    assert played.scenes[scene].get("data") == {"subject": CLIENT_SUBJECT}, played.scenes[scene]
    (request,) = [seen for seen in played.stage.secure.arrived if seen.headers["x-scene"] == scene]
    assert request.subject == CLIENT_SUBJECT


async def test_a_trust_store_decides_whom_the_client_trusts(played: Played) -> None:
    assert played.scenes["trusting"]["data"] == {"subject": ""}
    assert "self-signed certificate" in played.texts("distrusting")


async def test_client_credentials(played: Played) -> None:
    name = "client-credentials"
    assert sent(played, "clientCredentials")["authorization"] == f"Bearer {token_of(name)}"
    (request,) = played.stage.at_token_service(name)
    assert request.form == {"grant_type": "client_credentials", "scope": "orders.read", **CREDENTIALS}


async def test_a_destination_in_the_cache_of_the_client_needs_no_second_token(played: Played) -> None:
    assert sent(played, "cached")["authorization"] == f"Bearer {token_of('client-credentials')}"


async def test_client_credentials_of_the_tenant(played: Played) -> None:
    """The SDK sends X-tenant, as the destination's token service differs by tenant."""
    assert sent(played, "clientCredentialsCommon")["authorization"] == f"Bearer {token_of('common-acme')}"


async def test_password(played: Played) -> None:
    assert sent(played, "password")["authorization"] == f"Bearer {token_of('password')}"
    (request,) = played.stage.at_token_service("password")
    assert request.form == {"grant_type": "password", "username": "batch", "password": "night:shift", **CREDENTIALS}


async def test_a_refused_token_is_told_with_the_cause(played: Played) -> None:
    text = played.texts("refused")
    assert "The destination tried to provide authorization tokens but failed in all cases" in text
    assert "Retrieval of OAuthToken failed due to: " in text
    assert "Nobody here knows you" in text
    assert played.stage.at_backend("refused") == []


async def test_user_token_exchange(played: Played) -> None:
    name = "user-token-exchange"
    assert sent(played, "userTokenExchange")["authorization"] == f"Bearer {token_of(name)}"
    first, second = played.stage.at_token_service(name)
    assert first.form == {"grant_type": "user_token", "client_id": "c1", "response_type": "token"}
    assert claims(first.headers["authorization"].removeprefix("Bearer "))["user_name"] == "erika"
    assert second.form == {"grant_type": "refresh_token", "refresh_token": f"refresh-of-{name}", **CREDENTIALS}


async def test_jwt_bearer(played: Played) -> None:
    assert sent(played, "jwtBearer")["authorization"] == f"Bearer {token_of('jwt-bearer')}"
    (request,) = of_user(played, "jwt-bearer", "erika")
    assert request.form.items() >= {"grant_type": JWT_BEARER, **CREDENTIALS}.items()


async def test_a_user_type_without_a_user_does_not_leave_the_client(played: Played) -> None:
    assert "No user token (JWT) has been provided" in played.texts("withoutUser")


async def test_saml_bearer(played: Played) -> None:
    assert sent(played, "samlBearer")["authorization"] == f"Bearer {token_of('saml-bearer')}"
    (request,) = played.stage.at_token_service("saml-bearer")
    assert request.form.items() >= CREDENTIALS.items()
    assertion = verified_assertion(request.form["assertion"], await signing_certificate(played))
    assert (assertion.user, assertion.audience) == ("erika", "orders")
    assert assertion.recipient.endswith("/saml-bearer/oauth/token")


async def test_saml_assertion(played: Played) -> None:
    seen = sent(played, "samlAssertion")
    kind, _, text = seen["authorization"].partition(" ")
    assert (kind, seen["x-sap-security-session"]) == ("SAML2.0", "create")
    assertion = verified_assertion(text, await signing_certificate(played))
    assert assertion.user == "erika"
    assert assertion.recipient == "https://orders.example/acs"


async def test_refresh_token(played: Played) -> None:
    assert sent(played, "refreshToken")["authorization"] == f"Bearer {token_of('refresh-token')}"
    (request,) = played.stage.at_token_service("refresh-token")
    refresh_token = played.scenes["refreshToken"]["result"]
    assert request.form == {"grant_type": "refresh_token", "refresh_token": refresh_token, **CREDENTIALS}


async def test_writing_with_a_csrf_token(played: Played) -> None:
    assert played.scenes["write"]["status"] == 201
    *fetches, write = played.stage.at_backend("write")
    assert {request.method for request in fetches} == {"HEAD"}
    assert (write.method, write.complete) == ("POST", True)
    assert headers(write)["x-csrf-token"] not in ("", "Fetch")


@pytest.mark.parametrize(("scene", "user"), [("principalErika", "erika"), ("principalOtto", "otto")])
async def test_the_backend_behind_the_connector_sees_each_user(played: Played, scene: str, user: str) -> None:
    seen = sent(played, scene)
    assert subject_of(seen["ssl_client_cert"]) == f"CN={user}"
    assert not {"authorization", "proxy-authorization", "sap-connectivity-authentication"} & seen.keys()


async def test_nobody_is_not_propagated(played: Played) -> None:
    assert "No user token (JWT) has been provided" in played.texts("principalNobody")


@pytest.mark.parametrize(
    ("scene", "fault"),
    [("principalExpired", "principal.token-expired"), ("principalForged", "principal.token-signature")],
)
async def test_the_connector_refuses_bad_user_tokens_by_name(played: Played, scene: str, fault: str) -> None:
    (refusal, *_) = (cause for cause in played.scenes[scene]["error"] if "status" in cause)
    assert (refusal["status"], refusal["headers"]["x-internal-error-code"]) == (401, fault)
    assert played.stage.at_backend(scene) == []


@pytest.mark.parametrize("scene", ["expired", "forged"])
async def test_the_token_service_refuses_bad_user_tokens(played: Played, scene: str) -> None:
    assert "Could not fetch JWT bearer token" in played.texts(scene)
    assert "401" in played.texts(scene)
    assert played.stage.at_backend(scene) == []


async def test_all_destinations_of_both_levels(played: Played) -> None:
    found = {entry["name"]: entry["authentication"] for entry in played.scenes["all"]["result"]}
    assert found["on-instance"] == "NoAuthentication"
    assert found["saml-bearer"] == "OAuth2SAMLBearerAssertion"
    assert len(found) == len(await destination_api(played.stage.system, "GET", "subaccountDestinations")) + 1


async def test_a_missing_destination_is_null_and_no_error(played: Played) -> None:
    assert played.scenes["missing"] == {"result": None}


def of_user(played: Played, destination: str, user: str) -> list[Arrived]:
    """The requests for tokens of a destination in which a token of that user was handed over."""
    requests = played.stage.at_token_service(destination)
    return [request for request in requests if claims(request.form["assertion"])["user_name"] == user]


async def signing_certificate(played: Played) -> str:
    answer = await destination_api(played.stage.system, "GET", "saml2Metadata/certificate")
    return str(answer["certificate"])
