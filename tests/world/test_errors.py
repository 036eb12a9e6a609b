"""Every row of the error table that the HTTP door and the connector answer (connectivity-proxy §5)."""

from __future__ import annotations

import base64

import pytest

from landbridge.testing.world import ACME, GLOBEX, World
from tests.world.client import Client, ask, request

pytestmark = pytest.mark.anyio

NO_CONNECTOR = (
    "There is no SAP Cloud Connector (SCC) connected to your subaccount matching the requested tunnel for subaccount "
    "'{}' and SCC location ID '{}'. Check the configuration on SCC and cloud side."
)
NOT_EXPOSED = (
    "Access denied to system {}. In case this was a valid request, ensure to expose the system correctly in your "
    "cloud connector."
)


async def test_no_token(erp: World) -> None:
    answer = await ask(erp.door, request("http://erp.virtual/echo"))
    assert (answer.status, answer.fault) == (407, "proxy.authorization-missing")
    assert answer.body == b"Missing or empty header: proxy-authorization"
    assert answer.header("proxy-authenticate") == "Bearer"
    assert answer.header("x-error-origin") == "caller"


async def test_an_empty_token_is_a_missing_one(erp: World) -> None:
    answer = await ask(erp.door, request("http://erp.virtual/echo", "", "Proxy-Authorization:"))
    assert (answer.status, answer.body) == (407, b"Missing or empty header: proxy-authorization")


@pytest.mark.parametrize(
    "value", ["Bearer", "Digest abc", "Basic !!!", "Basic bm9jb2xvbg==", "Basic dTpw", "e30.e30.x"]
)
async def test_malformed_header(erp: World, value: str) -> None:
    answer = await ask(erp.door, request("http://erp.virtual/echo", "", f"Proxy-Authorization: {value}"))
    assert (answer.status, answer.fault) == (400, "proxy.authorization-malformed")
    assert answer.body == b"Invalid Proxy Header"


async def test_token_that_is_none(erp: World) -> None:
    answer = await ask(erp.door, request("http://erp.virtual/echo", "no-token"))
    assert (answer.status, answer.fault) == (407, "proxy.token-invalid")
    assert answer.body == b"Invalid proxy authorization token"
    assert answer.header("proxy-authenticate") == "Bearer"


@pytest.mark.parametrize("target", ["https://erp.virtual/echo", "HTTPS://erp.virtual:443/echo"])
async def test_https_is_refused_before_the_token_is_looked_at(erp: World, target: str) -> None:
    answer = await ask(erp.door, request(target))
    assert (answer.status, answer.fault) == (405, "proxy.https-unsupported")
    assert answer.body == b"HTTPS proxying is not supported"


async def test_connect_is_refused_before_the_token_is_looked_at(erp: World) -> None:
    answer = await ask(erp.door, request("erp.virtual:443", method="CONNECT"))
    assert (answer.status, answer.body) == (405, b"HTTPS proxying is not supported")


async def test_no_connector_of_the_tenant(erp: World) -> None:
    answer = await ask(erp.door, request("http://erp.virtual/echo", await erp.token("globex")))
    assert (answer.status, answer.fault) == (503, "tunnel.no-connector")
    assert answer.body.decode() == NO_CONNECTOR.format(GLOBEX, "")


async def test_wrong_location_names_the_connected_ones(erp: World) -> None:
    location = "SAP-Connectivity-SCC-Location_ID: Plant-1"
    answer = await ask(erp.door, request("http://erp.virtual/echo", await erp.token(), location))
    assert (answer.status, answer.fault) == (503, "tunnel.unknown-location")
    assert answer.body.decode() == NO_CONNECTOR.format(ACME, "Plant-1")
    assert "connected are: ''" in (answer.header("x-error-message") or "")


async def test_system_not_exposed(erp: World) -> None:
    answer = await ask(erp.door, request("http://Nope.virtual:1234/x", await erp.token()))
    assert (answer.status, answer.fault) == (403, "connector.system-not-exposed")
    assert answer.body.decode() == NOT_EXPOSED.format("Nope.virtual:1234")
    assert answer.header("x-error-origin") == "connector"


async def test_the_port_is_80_when_none_is_given(erp: World) -> None:
    token = await erp.token()
    assert (await ask(erp.door, request("http://erp.virtual:81/echo", token))).status == 403
    assert (await ask(erp.door, request("http://erp.virtual/echo", token))).status == 200
    assert (await ask(erp.door, request("http://erp.virtual:80/echo", token))).status == 200


async def test_contradicting_identities(erp: World) -> None:
    token = await erp.token(grant_type="password", username="alice@acme.example", password="alice-password")
    lines = (f"SAP-Connectivity-Authentication: Bearer {token}",)
    answer = await ask(erp.door, request("http://erp.virtual/echo", token, *lines))
    assert (answer.status, answer.fault) == (400, "proxy.identity-conflict")
    assert not erp.backend.seen


async def test_user_and_technical_token_together(erp: World) -> None:
    lines = ("SAP-Connectivity-Authentication: Bearer a", "SAP-Connectivity-Technical-Authentication: Bearer b")
    answer = await ask(erp.door, request("http://erp.virtual/echo", await erp.token(), *lines))
    assert (answer.status, answer.fault) == (400, "proxy.identity-conflict")


async def test_a_backends_own_error_passes_untouched(erp: World) -> None:
    answer = await ask(erp.door, request("http://erp.virtual/status/407", await erp.token()))
    assert (answer.status, answer.fault) == (407, None)
    assert answer.body == b"The sample backend was asked for 407\n"
    assert answer.header("x-sample-backend") == "status"


async def test_each_request_needs_the_token(erp: World) -> None:
    token = await erp.token()
    async with await Client.open(erp.door) as client:
        assert (await client.ask(request("http://erp.virtual/echo", token))).status == 200
        refused = await client.ask(request("http://erp.virtual/echo"))
        assert (refused.status, refused.body) == (407, b"Missing or empty header: proxy-authorization")
        assert refused.header("connection") == "keep-alive"
        assert (await client.ask(request("http://erp.virtual/echo", token))).status == 200


async def test_token_as_user_name_of_basic(erp: World) -> None:
    credentials = base64.b64encode(f"{await erp.token()}:".encode()).decode()
    answer = await ask(erp.door, request("http://erp.virtual/echo", "", f"proxy-authorization: bAsIc {credentials}"))
    assert answer.status == 200


async def test_refusals_have_different_request_ids(erp: World) -> None:
    async with await Client.open(erp.door) as client:
        answers = [await client.ask(request("http://erp.virtual/")) for _ in range(3)]
    assert len({answer.header("x-request-id") for answer in answers}) == 3
