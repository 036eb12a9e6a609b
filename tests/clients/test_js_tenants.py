"""An application of one subaccount that others use, with the SAP Cloud SDK for JavaScript."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clients.assertions import claims
from tests.clients.javascript import Played, play
from tests.clients.stage import DOMAIN, GLOBEX, Stage, headers
from tests.clients.token_service import token_of

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture(scope="module")
async def played(sdk_node: str, the_stage: Stage) -> Played:
    return await play(sdk_node, the_stage, "tenants")


@pytest.mark.parametrize(
    ("scene", "owner"),
    [
        ("subscribersOwn", None),
        ("subscriberFirst", "globex"),
        ("provider", "acme"),
        ("fallback", None),
        ("providersInstance", None),
        ("bySubdomain", "globex"),
        ("notSubscribed", None),
    ],
)
async def test_a_destination_is_found_where_it_should_be(played: Played, scene: str, owner: str | None) -> None:
    """In "fallback" the subscriber has none: our 404 has the literal text that makes the SDK ask the provider."""
    url = f"http://127.0.0.1:{played.stage.backend.port}"
    assert played.scenes[scene] == {"result": {"url": url, "owner": owner}}


async def test_the_subscribers_tenant_is_chosen_by_header_on_the_bare_domain(played: Played) -> None:
    """With the option `iss` it is chosen by the host instead."""
    assert set(played.stage.tokens_issued(GLOBEX)) == {(DOMAIN, GLOBEX), (f"globex.{DOMAIN}", "")}


@pytest.mark.parametrize("scene", ["noFallback", "missing"])
async def test_what_nobody_has_is_null(played: Played, scene: str) -> None:
    assert played.scenes[scene] == {"result": None}


def sent(played: Played, scene: str) -> dict[str, str]:
    assert played.scenes[scene].get("status") == 200, played.scenes[scene]
    (request,) = played.stage.at_backend(scene)
    return headers(request)


async def test_the_subscribers_destination_is_called(played: Played) -> None:
    assert sent(played, "headers")["x-owner"] == "globex"


async def test_the_providers_destination_fetches_a_token_for_the_subscriber(played: Played) -> None:
    assert sent(played, "common")["authorization"] == f"Bearer {token_of('common-globex')}"


@pytest.mark.parametrize(
    ("scene", "destination"),
    [("providersJwtBearer", "jwt-bearer"), ("subscribersJwtBearer", "jwt-bearer-of-globex")],
)
async def test_the_subscribers_user_is_passed_on(played: Played, scene: str, destination: str) -> None:
    assert sent(played, scene)["authorization"] == f"Bearer {token_of(destination)}"
    assertions = [claims(request.form["assertion"]) for request in played.stage.at_token_service(destination)]
    assert [(user["user_name"], user["zid"]) for user in assertions if user["zid"] == GLOBEX] == [("gustav", GLOBEX)]


async def test_a_subscriber_does_not_reach_the_providers_connector(played: Played) -> None:
    (refusal,) = refusals(played, "noConnector")
    assert (refusal["status"], refusal["headers"]["x-internal-error-code"]) == (503, "tunnel.no-connector")
    assert GLOBEX in refusal["data"]
    assert played.stage.at_backend("noConnector") == []


def refusals(played: Played, scene: str) -> list[dict[str, Any]]:
    return [cause for cause in played.scenes[scene]["error"] if "status" in cause]
