"""Token services behind a connector: the request takes the way of the application's own (destination-service §3.7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Resource
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.destinations.token_service import TOKEN, FakeTokenService, answer, fake_token_service

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def reach(
    anyio_backend: object, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[World, FakeTokenService]]:
    """Two connectors of acme; the one at location `lab` exposes the token endpoint as tokens.virtual."""
    async with fake_token_service() as service:
        mapping = erp_mapping(service.port, Resource("/oauth/token"), virtual="tokens.virtual")
        connectors = (ConnectorContent("lab", ACME, "lab", mappings=(mapping,)), ConnectorContent("main", ACME))
        async with world(tmp_path_factory.mktemp("world"), connectors=connectors) as running:
            yield running, service


@pytest.fixture
async def onpremise(reach: tuple[World, FakeTokenService]) -> World:
    """The shared world, with no destination and no token of an earlier test."""
    running, _ = reach
    await running.cloud.reset()
    return running


@pytest.fixture
async def tokens(reach: tuple[World, FakeTokenService]) -> FakeTokenService:
    """The shared token service, which gives the usual answer and was not asked yet."""
    _, service = reach
    service.answers = [TOKEN]
    service.received.clear()
    return service


async def find(world: World, **more: str) -> dict[str, Any]:
    """Store a destination, find it, and return its only token."""
    headers = {"Authorization": f"Bearer {await world.token(service='destination')}"}
    properties = {
        "Name": "D",
        "Type": "HTTP",
        "URL": "http://erp.virtual",
        "ProxyType": "OnPremise",
        "CloudConnectorLocationId": "lab",
        "Authentication": "OAuth2ClientCredentials",
        "tokenServiceURL": "http://tokens.virtual/oauth/token",
        "clientId": "c1",
        "clientSecret": "s1",
    } | more
    base = f"{world.cloud.api_url}/destination-configuration/v1"
    async with httpx.AsyncClient(base_url=base, verify=False) as client:
        stored = await client.put("/subaccountDestinations", json=properties, headers=headers)
        if stored.status_code == 404:
            stored = await client.post("/subaccountDestinations", json=properties, headers=headers)
        assert stored.is_success, stored.text
        found = await client.get("/destinations/D", headers=headers)
    assert found.status_code == 200, found.text
    (entry,) = found.json()["authTokens"]
    assert isinstance(entry, dict)
    return entry


async def test_a_token_through_the_tunnel(onpremise: World, tokens: FakeTokenService) -> None:
    entry = await find(onpremise)
    assert entry["http_header"] == {"key": "Authorization", "value": "Bearer t-1"}
    request = tokens.request
    assert request.target == "/oauth/token"
    assert request.form == {"grant_type": "client_credentials", "client_id": "c1", "client_secret": "s1"}
    assert "proxy-authorization" not in request.headers
    assert not [name for name in request.headers if name.startswith("sap-connectivity")]


async def test_its_refusal_is_told_as_its_own(onpremise: World, tokens: FakeTokenService) -> None:
    tokens.answers = [answer({"error": "invalid_client"}, 401, "X-Internal-Error-Code: identity.client-unknown\r\n")]
    entry = await find(onpremise)
    assert entry["code"] == "destination.token-refused"
    assert "invalid_client" in entry["error"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"CloudConnectorLocationId": "nowhere"}, "tunnel."),
        ({"CloudConnectorLocationId": ""}, "connector."),
        ({"tokenServiceURL": "http://tokens.virtual/other"}, "connector.resource-not-exposed"),
        ({"tokenServiceURL": "http://127.0.0.1:8080/oauth/token"}, "connector."),
    ],
)
async def test_faults_of_the_way_are_named(
    onpremise: World, tokens: FakeTokenService, more: dict[str, str], code: str
) -> None:
    entry = await find(onpremise, **more)
    assert entry["code"] == "destination.token-tunnel-failed"
    assert f"[{code}" in entry["error"]
    assert tokens.received == []


async def test_https_is_a_matter_of_the_mapping(onpremise: World, tokens: FakeTokenService) -> None:
    entry = await find(onpremise, tokenServiceURL="https://tokens.virtual/oauth/token")
    assert entry["code"] == "destination.token-service-https-onpremise"
    assert tokens.received == []


async def test_our_own_token_service_over_tls_is_trusted(onpremise: World) -> None:
    """The certificate is one of our own authority, which no machine knows by itself."""
    credentials = await onpremise.credentials("acme", "xsuaa")
    entry = await find(
        onpremise,
        tokenServiceURL=f"https://localhost:{onpremise.cloud.ports.https}/oauth/token",
        clientId=credentials["clientid"],
        clientSecret=credentials["clientsecret"],
        **{"tokenServiceURL.ProxyType": "Internet"},
    )
    assert entry["type"] == "Bearer", entry


async def test_a_reset_forgets_tokens(onpremise: World, tokens: FakeTokenService) -> None:
    await find(onpremise)
    await find(onpremise)
    assert len(tokens.received) == 1
    await onpremise.cloud.reset()
    await find(onpremise)
    assert len(tokens.received) == 2
