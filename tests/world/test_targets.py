"""Forms of the request target, and what one client connection may ask for (connectivity-proxy §4.1, §4.5)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.testing.sample_backend import SampleBackend
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.world.client import Client, ask, request

pytestmark = pytest.mark.anyio

PLANT = "SAP-Connectivity-SCC-Location_ID: plant"


@pytest.fixture(scope="module")
async def shared(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Two connectors of acme; the default one exposes two systems."""
    async with world(tmp_path_factory.mktemp("world"), connectors=()) as running:
        port = running.backend.port
        mappings = (erp_mapping(port), erp_mapping(port, virtual="crm.virtual", virtual_port=8080))
        await running.add_connector(ConnectorContent("default", ACME, mappings=mappings))
        await running.add_connector(ConnectorContent("plant", ACME, "plant", mappings=(erp_mapping(port),)))
        yield running


def targets(backend: SampleBackend) -> list[str]:
    return [seen.target for seen in backend.seen]


@pytest.mark.parametrize(
    ("target", "arrives"),
    [
        ("http://erp.virtual/a//b/%2Fc/%C3%A4?x=%2F..&y", "/a//b/%2Fc/%C3%A4?x=%2F..&y"),
        ("http://ERP.virtual:80/Case", "/Case"),
        ("http://erp.virtual:00080/x", "/x"),
        ("http://erp.virtual", "/"),
        ("http://erp.virtual?q=1", "/?q=1"),
        ("http://erp.virtual/x#fragment", "/x#fragment"),
        ("/origin?form", "/origin?form"),
    ],
)
async def test_the_target_arrives_byte_for_byte(erp: World, target: str, arrives: str) -> None:
    await ask(erp.door, request(target, await erp.token()))
    assert targets(erp.backend) == [arrives]


@pytest.mark.parametrize("method", ["MERGE", "PROPFIND", "X-REFRESH", "SETUP"])
async def test_methods_that_nobody_registered_pass(erp: World, method: str) -> None:
    """What they mean is between client and backend (RFC 9110 §9.1)."""
    async with await Client.open(erp.door) as client:
        for body in (b"", b"hello"):
            data = request("http://erp.virtual/echo", await erp.token(), method=method, body=body)
            answer = await client.ask(data)
            assert (answer.status, answer.json["method"]) == (200, method)


@pytest.mark.parametrize(
    "target",
    [
        "*",
        "erp.virtual/x",
        "ftp://erp.virtual/",
        "http:///x",
        "http://user@erp.virtual/",
        "http://user:80@erp.virtual/",
        "http://erp.virtual:0/",
        "http://erp.virtual:65536/",
        "http://erp.virtual:80x/",
        "http://[::1]/",
    ],
)
async def test_targets_that_mean_nothing_here(erp: World, target: str) -> None:
    answer = await ask(erp.door, request(target, await erp.token()))
    assert (answer.status, answer.fault) == (400, "proxy.bad-request")
    assert not erp.backend.seen


async def test_the_target_counts_and_not_the_host_header(erp: World) -> None:
    answer = await ask(erp.door, request("http://erp.virtual/echo", await erp.token(), host="nope.virtual:1"))
    assert dict(answer.json["headers"])["Host"] == "erp.virtual"


async def test_origin_form_takes_the_port_of_the_host_header(erp: World) -> None:
    answer = await ask(erp.door, request("/echo", await erp.token(), host="crm.virtual:8080"))
    assert dict(answer.json["headers"])["Host"] == "crm.virtual:8080"


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_origin_form_without_host(erp: World, version: str) -> None:
    answer = await ask(erp.door, request("/echo", await erp.token(), host=None, version=version))
    assert (answer.status, answer.fault) == (400, "proxy.bad-request")


async def test_two_host_headers(erp: World) -> None:
    answer = await ask(erp.door, request("/echo", await erp.token(), "Host: erp.virtual"))
    assert (answer.status, answer.fault) == (400, "proxy.bad-request")


async def test_another_location_on_the_same_connection(erp: World) -> None:
    token = await erp.token()
    async with await Client.open(erp.door) as client:
        assert (await client.ask(request("http://erp.virtual/echo", token))).status == 200
        answer = await client.ask(request("http://erp.virtual/echo", token, PLANT))
        assert (answer.status, answer.fault) == (400, "proxy.location-changed")
        assert answer.body.decode() == (
            "One of the headers [SAP-Connectivity-ConsumerAccount, SAP-Connectivity-SCC-Location_ID] was set with a "
            "different value compared to the value which was already used for this connection.\n"
            f"Original tunnel ID: account:///{ACME}\nNew tunnel ID: account:///{ACME}/plant"
        )
    assert len(erp.backend.seen) == 1


async def test_a_location_leads_to_its_connector(erp: World) -> None:
    token = await erp.token()
    assert (await ask(erp.door, request("http://crm.virtual:8080/echo", token))).status == 200
    assert (await ask(erp.door, request("http://crm.virtual:8080/echo", token, PLANT))).status == 403
    assert (await ask(erp.door, request("http://erp.virtual/echo", token, PLANT))).status == 200
    assert (await ask(erp.door, request("http://erp.virtual/echo", token, PLANT.upper()))).status == 503


async def test_another_system_on_the_same_connection(erp: World) -> None:
    token = await erp.token()
    async with await Client.open(erp.door) as client:
        first = await client.ask(request("http://erp.virtual/echo", token))
        second = await client.ask(request("http://crm.virtual:8080/echo", token))
        denied = await client.ask(request("http://hr.virtual/echo", token))
        third = await client.ask(request("http://erp.virtual/echo", token))
    assert denied.fault == "connector.system-not-exposed"
    assert first.json["connection"] == third.json["connection"] != second.json["connection"]
