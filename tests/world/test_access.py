"""Resources and virtual hosts over the wire, with the refusals of the original (cloud-connector §4.1, §4.6)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Resource
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.world.client import ask, request

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def shared(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    resources = (
        Resource("/echo/prefix"),
        Resource("/echo/exact", exact_match_only=True),
        Resource("/echo/off", enabled=False),
    )
    async with world(tmp_path_factory.mktemp("world"), connectors=()) as running:
        mapping = erp_mapping(running.backend.port, *resources)
        await running.add_connector(ConnectorContent("erp", ACME, mappings=(mapping,)))
        yield running


@pytest.mark.parametrize(
    "target",
    [
        "/echo/prefix",
        "/echo/prefix/deeper?x=/../y#z",
        "/echo/prefixed",
        "/echo/prefix/Keys('a%2Fb')",
        "/echo/exact",
        "/echo/exact?sap-client=100",
    ],
)
async def test_exposed(erp: World, target: str) -> None:
    answer = await ask(erp.door, request(f"http://ERP.Virtual{target}", await erp.token()))
    assert (answer.status, answer.json["target"]) == (200, target)


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("/", "connector.resource-not-exposed"),
        ("/echo/Prefix", "connector.resource-not-exposed"),
        ("/echo/exact/", "connector.resource-not-exposed"),
        ("/echo/pre%66ix", "connector.resource-not-exposed"),
        ("//echo/prefix", "connector.resource-not-exposed"),
        ("/echo/off", "connector.resource-disabled"),
        ("/echo/prefix/../secret", "connector.path-ambiguous"),
        ("/echo/prefix/%2e%2E/secret", "connector.path-ambiguous"),
        ("/echo/prefix/..%2fsecret", "connector.path-ambiguous"),
        ("/echo/prefix/..\\secret", "connector.path-ambiguous"),
        ("/echo/prefix#/../secret", "connector.path-ambiguous"),
    ],
)
async def test_not_exposed(erp: World, target: str, code: str) -> None:
    answer = await ask(erp.door, request(f"http://erp.virtual{target}", await erp.token()))
    assert (answer.status, answer.fault) == (403, code)
    assert answer.header("x-error-origin") == "connector"
    text = (
        f"Access denied to resource {target} on system erp.virtual:80. In case this was a valid request, ensure to "
        "expose the resource correctly in your cloud connector."
    )
    assert answer.body.decode() == text
    assert not erp.backend.seen


async def test_the_query_is_not_part_of_the_resource(erp: World) -> None:
    answer = await ask(erp.door, request("http://erp.virtual/echo/secret?password=1", await erp.token()))
    assert answer.status == 403
    assert b"password" not in answer.body
    assert "password" not in str(answer.headers)


async def test_an_upgrade_needs_its_permission(erp: World) -> None:
    lines = ("Connection: keep-alive, Upgrade", "Upgrade: WebSocket", "Sec-WebSocket-Key: x")
    answer = await ask(erp.door, request("http://erp.virtual/echo/prefix", await erp.token(), *lines))
    assert (answer.status, answer.fault) == (403, "connector.upgrade-not-allowed")
    assert not erp.backend.seen
