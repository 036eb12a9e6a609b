"""The SAP Cloud SDK for Java, unmodified: every authentication type that it supports, tenants, caches, on-premise."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any

import pytest

from tests.clients.assertions import claims, subject_of, verified_assertion
from tests.clients.java import JavaApplication, java_application
from tests.clients.stage import ACME, CLIENT_SUBJECT, DOMAIN, GLOBEX, Stage, destination_api, headers, stage
from tests.clients.token_service import token_of

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(300)]  # libraries may have to come first

CREDENTIALS = {"client_id": "c1", "client_secret": "s1"}
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True)
class Played:
    """What the application saw in its scenes, and the stage that it played on."""

    stage: Stage
    scenes: dict[str, Any]

    def answer(self, scene: str) -> dict[str, Any]:
        """The HTTP answer that the application got."""
        assert "result" in self.scenes[scene], self.scenes[scene]
        answer: dict[str, Any] = self.scenes[scene]["result"]
        return answer

    def failure(self, scene: str) -> str:
        """All that the application could read about what went wrong."""
        assert "error" in self.scenes[scene], self.scenes[scene]
        assert self.stage.at_backend(scene) == []
        return "\n".join(self.scenes[scene]["error"])

    def sent(self, scene: str) -> dict[str, str]:
        """The headers of the only request of a scene that arrived at the backend."""
        assert self.answer(scene)["status"] == 200, self.answer(scene)
        (request,) = self.stage.at_backend(scene)
        return headers(request)


@pytest.fixture(scope="module")
def java() -> JavaApplication:
    return java_application()


@pytest.fixture(scope="module")
async def played(java: JavaApplication, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    """The application played all its scenes once, on a stage of its own, where no other client has filled a cache."""
    async with stage(tmp_path_factory.mktemp("java"), trust="trusted.crt") as running:
        yield Played(running, await java.run(running, await running.environment()))


async def test_headers_and_queries_of_the_destination_are_sent(played: Played) -> None:
    (request,) = played.stage.at_backend("plain")
    assert request.target == "/echo?tier=gold"
    assert headers(request)["x-region"] == "north"
    assert "authorization" not in headers(request)


async def test_a_destination_of_the_instance_is_found(played: Played) -> None:
    assert "authorization" not in played.sent("onInstance")


async def test_basic(played: Played) -> None:
    assert played.sent("basic")["authorization"] == f"Basic {base64.b64encode(b'sample:sample').decode()}"


@pytest.mark.parametrize("scene", ["certificateP12", "certificatePem", "certificateJks"])
async def test_the_backend_sees_the_client_certificate(played: Played, scene: str) -> None:
    assert json.loads(played.answer(scene)["data"]) == {"subject": CLIENT_SUBJECT}


async def test_a_trust_store_decides_whom_the_client_trusts(played: Played) -> None:
    assert json.loads(played.answer("trusting")["data"]) == {"subject": ""}
    assert "unable to find valid certification path" in played.failure("distrusting")


@pytest.mark.parametrize(
    ("scene", "token"),
    [
        ("clientCredentials", "client-credentials"),
        ("clientCredentialsCommon", "common-acme"),
        ("password", "password"),
        ("userTokenExchange", "user-token-exchange"),
        ("jwtBearer", "jwt-bearer"),
        ("jwtBearerOfOtto", "jwt-bearer"),
        ("samlBearer", "saml-bearer"),
    ],
)
async def test_the_token_goes_to_the_backend(played: Played, scene: str, token: str) -> None:
    assert played.sent(scene)["authorization"] == f"Bearer {token_of(token)}"


@pytest.mark.parametrize(
    ("destination", "form"),
    [
        ("client-credentials", {"grant_type": "client_credentials", "scope": "orders.read"}),
        ("common-acme", {"grant_type": "client_credentials"}),
        ("password", {"grant_type": "password", "username": "batch", "password": "night:shift"}),
    ],
)
async def test_the_token_service_is_asked(played: Played, destination: str, form: dict[str, str]) -> None:
    (request,) = played.stage.at_token_service(destination)
    assert request.form == form | CREDENTIALS


async def test_change_detection_answers_from_the_cache(played: Played) -> None:
    """Only if find and list hold the same properties: else the SDK would find the destination again each time."""
    assert played.sent("clientCredentialsAgain")["authorization"] == f"Bearer {token_of('client-credentials')}"
    assert len(played.stage.finds("client-credentials")) == 1


async def test_user_token_exchange(played: Played) -> None:
    first, second = played.stage.at_token_service("user-token-exchange")
    assert claims(first.headers["authorization"].removeprefix("Bearer "))["user_name"] == "erika"
    assert second.form["refresh_token"] == "refresh-of-user-token-exchange"


async def test_each_users_own_token_is_exchanged(played: Played) -> None:
    requests = played.stage.at_token_service("jwt-bearer")
    assert {request.form["grant_type"] for request in requests} == {JWT_BEARER}
    users = [claims(request.form["assertion"])["user_name"] for request in requests]
    assert {"erika", "otto", "gustav"} == set(users)


async def test_look_up_and_then_exchange(played: Played) -> None:
    assert played.sent("exchangeFirst")["authorization"] == f"Bearer {token_of('jwt-bearer')}"


async def test_saml_bearer(played: Played) -> None:
    (request,) = played.stage.at_token_service("saml-bearer")
    assertion = verified_assertion(request.form["assertion"], await signing_certificate(played))
    assert (assertion.user, assertion.audience) == ("erika", "orders")


async def test_saml_assertion(played: Played) -> None:
    kind, _, text = played.sent("samlAssertion")["authorization"].partition(" ")
    assert kind == "SAML2.0"
    assertion = verified_assertion(text, await signing_certificate(played))
    assert (assertion.user, assertion.recipient) == ("erika", "https://orders.example/acs")


async def test_refresh_token(played: Played) -> None:
    (seen,) = played.stage.at_backend("refreshToken")
    assert headers(seen)["authorization"] == f"Bearer {token_of('refresh-token')}"
    (request,) = played.stage.at_token_service("refresh-token")
    assert request.form["refresh_token"] == played.scenes["refreshToken"]["result"]


async def test_a_refused_token_is_told_with_the_cause(played: Played) -> None:
    text = played.failure("refused")
    assert "The destination service responded with an error: 'Retrieval of OAuthToken failed due to: " in text
    assert "Nobody here knows you" in text


async def test_a_user_type_without_a_user_does_not_leave_the_client(played: Played) -> None:
    assert "Failed to get the current user token." in played.failure("withoutUser")


@pytest.mark.parametrize("scene", ["expired", "forged"])
async def test_bad_user_tokens_get_nothing(played: Played, scene: str) -> None:
    assert "DestinationAccessException" in played.failure(scene)


async def test_a_missing_destination_has_its_own_exception(played: Played) -> None:
    assert played.failure("missing").startswith("DestinationNotFoundException")


async def test_all_destinations_of_both_levels(played: Played) -> None:
    found = await destination_api(played.stage.system, "GET", "subaccountDestinations")
    assert played.scenes["all"]["result"] == sorted([entry["Name"] for entry in found] + ["on-instance"])


async def test_on_premise(played: Played) -> None:
    seen = played.sent("orders")
    assert seen["host"] == "erp.internal:8000"
    assert not [name for name in seen if name.startswith(("proxy-", "sap-connectivity"))]


async def test_a_write_fetches_a_csrf_token_first(played: Played) -> None:
    assert played.answer("create")["status"] == 201
    assert played.answer("create")["data"]["Customer"] == "Muster"
    *fetches, write = played.stage.at_backend("create")
    assert headers(fetches[-1])["x-csrf-token"].lower() == "fetch"
    assert write.method == "POST"
    assert headers(write)["x-csrf-token"].lower() not in ("", "fetch")


@pytest.mark.parametrize(
    ("scene", "host", "user"),
    [("redirect", "erp.internal:8000", None), ("redirectWithUser", "erp.internal:44300", "erika")],
)
async def test_a_redirect_to_the_internal_address_is_followed_through_the_door(
    played: Played, scene: str, host: str, user: str | None
) -> None:
    """The connector writes the virtual host into Location; the client takes it, and its headers, to the door again."""
    assert played.answer(scene)["status"] == 200, played.answer(scene)
    first, second = played.stage.at_backend(scene)
    assert (first.target, second.target) == ("/redirect?to=/echo", "/echo")
    assert headers(second)["host"] == host
    if user is not None:
        assert subject_of(headers(second)["ssl_client_cert"]) == f"CN={user}"


async def test_a_mail_arrives_at_the_internal_mail_server(played: Played) -> None:
    """By Jakarta Mail, over a socket that speaks to the SOCKS5 door as the documentation of the original shows."""
    assert played.scenes["mail"] == {"result": "sent"}
    (mail,) = played.stage.mail.mails
    assert (mail.mail_from, mail.rcpt_tos) == ("shop@acme.example", ["erika@acme.example"])
    assert isinstance(mail.content, bytes)
    message = message_from_bytes(mail.content, policy=policy.default)
    assert message["subject"] == "Ihre Bestellung: 7 Stück"
    assert message.get_content().replace("\r\n", "\n") == "Grüße\n.\nfrom the shop\n"


@pytest.mark.parametrize(
    ("scene", "status", "fault"),
    [
        ("elsewhere", 503, "tunnel.unknown-location"),
        ("notExposed", 403, "connector.resource-not-exposed"),
        ("principalForged", 401, "principal.token-signature"),
    ],
)
async def test_failures_on_the_way_have_names(played: Played, scene: str, status: int, fault: str) -> None:
    answer = played.answer(scene)
    assert (answer["status"], answer["headers"]["x-internal-error-code"]) == (status, fault)
    assert played.stage.at_backend(scene) == []


@pytest.mark.parametrize(
    ("scene", "user"),
    [
        ("principalErika", "erika"),
        ("principalOtto", "otto"),
        ("principalExchanged", "erika"),
        ("principalForwarded", "erika"),
        ("technicalUser", "sb-shop!t1"),
    ],
)
async def test_the_backend_behind_the_connector_sees_each_user(played: Played, scene: str, user: str) -> None:
    seen = played.sent(scene)
    assert subject_of(seen["ssl_client_cert"]) == f"CN={user}"
    assert not [name for name in seen if name.startswith(("proxy-", "sap-connectivity", "authorization"))]


async def test_nobody_is_not_propagated(played: Played) -> None:
    assert "requires a principal" in played.failure("principalNobody")


@pytest.mark.parametrize(
    ("scene", "owner"), [("subscriber", "globex"), ("provider", "acme"), ("alwaysProvider", "acme")]
)
async def test_a_destination_is_found_where_it_should_be(played: Played, scene: str, owner: str) -> None:
    assert played.sent(scene)["x-owner"] == owner


async def test_the_tenant_is_chosen_by_header_on_the_providers_host(played: Played) -> None:
    """In the third scene the subscriber wants the provider's; the SDK keeps that apart from the provider's own."""
    assert [find["tenant"] for find in played.stage.finds("both")] == [GLOBEX, ACME, ACME]
    assert set(played.stage.tokens_issued(GLOBEX)) == {(f"acme.{DOMAIN}", GLOBEX)}


async def test_a_subscriber_is_not_given_the_providers_destination(played: Played) -> None:
    for scene in ("subscriberHasNone", "subscriberMissing"):
        assert "DestinationNotFoundException" in played.failure(scene)


async def test_without_a_subscription_there_is_no_token(played: Played) -> None:
    assert "TokenRequestFailedException" in played.failure("notSubscribed")


@pytest.mark.parametrize(
    ("scene", "destination"),
    [("subscribersUser", "jwt-bearer-of-globex"), ("providersForUser", "jwt-bearer")],
)
async def test_the_subscribers_user_is_passed_on(played: Played, scene: str, destination: str) -> None:
    assert played.sent(scene)["authorization"] == f"Bearer {token_of(destination)}"
    users = [claims(request.form["assertion"]) for request in played.stage.at_token_service(destination)]
    assert [user["user_name"] for user in users if user["zid"] == GLOBEX] == ["gustav"]


async def signing_certificate(played: Played) -> str:
    answer = await destination_api(played.stage.system, "GET", "saml2Metadata/certificate")
    return str(answer["certificate"])
