"""GET /metrics and the list of connectors, while requests run and after connectors have gone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from landbridge.model.landscape import ConnectorContent
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.cloud_side import administrator
from tests.world.backends import Connection, raw_backend
from tests.world.client import Client, ask, request

pytestmark = pytest.mark.anyio

Figures = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


async def figures(running: World) -> Figures:
    async with httpx.AsyncClient() as client:
        text = (await client.get(f"{running.cloud.api_url}/metrics")).text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def of(found: Figures, name: str, **labels: str) -> float:
    return found.get((name, frozenset(labels.items())), 0.0)


async def row(running: World) -> dict[str, Any]:
    async with administrator(running.cloud) as admin:
        (found,) = (await admin.get("/admin/connectors")).json()
    return dict(found)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


async def test_requests_refusals_and_latencies_are_counted_by_door_and_subaccount(running: World) -> None:
    token = await running.token()
    for path in ("/", "/", "/status/500"):
        await ask(running.door, request(f"http://erp.virtual{path}", token))
    assert (await ask(running.door, request("http://no.virtual/", token))).status == 403
    assert (await ask(running.door, request("http://erp.virtual/", await running.token("globex")))).status == 503
    assert (await ask(running.door, request("http://erp.virtual/"))).status == 407
    found = await figures(running)
    assert of(found, "landbridge_door_requests_total", door="http") == 6
    assert of(found, "landbridge_door_answers_total", door="http") == 3
    assert of(found, "landbridge_subaccount_requests_total", subaccount=ACME) == 4
    refused = {"fault": "connector.system-not-exposed"}
    assert of(found, "landbridge_door_refusals_total", door="http", **refused) == 1
    assert of(found, "landbridge_subaccount_refusals_total", subaccount=ACME, **refused) == 1
    nobody = {"door": "http", "fault": "proxy.authorization-missing"}
    assert of(found, "landbridge_door_refusals_total", **nobody) == 1
    for segment in ("open", "connect", "first_byte", "whole"):
        labels = {"door": "http", "segment": segment}
        assert of(found, "landbridge_door_seconds_count", **labels) == 3, segment
        assert of(found, "landbridge_door_seconds_bucket", le="+Inf", **labels) == 3
    assert of(found, "connectivity_business_data_tunnels_count") == 1


async def test_bytes_and_streams_show_while_they_flow(tmp_path: Path) -> None:
    flowing = asyncio.Event()

    async def drip(connection: Connection) -> None:
        await connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + bytes(100_000))
        await flowing.wait()
        connection.send(bytes(100_000))

    async with raw_backend(drip) as backend:
        content = ConnectorContent("erp", ACME, mappings=(erp_mapping(backend.port),))
        async with world(tmp_path, connectors=[content]) as running, await Client.open(running.door) as client:
            await client.send(request("http://erp.virtual/", await running.token()))
            await client.reader.readuntil(b"\r\n\r\n")
            await client.reader.readexactly(100_000)
            found, place = await figures(running), {"subaccount": ACME, "location": ""}
            assert of(found, "landbridge_door_sent_bytes_total", door="http") > 100_000
            assert of(found, "landbridge_tunnel_received_bytes_total", **place) > 100_000
            assert of(found, "landbridge_tunnel_streams", **place) == 1
            assert of(found, "landbridge_door_answers_total", door="http") == 0
            assert (await row(running))["bytesFromConnector"] > 100_000
            flowing.set()
            await client.reader.readexactly(100_000)


async def test_what_a_connector_moved_stays_counted_when_it_is_gone(running: World) -> None:
    token = await running.token()
    assert (await ask(running.door, request("http://erp.virtual/large?size=100000", token))).status == 200
    place = {"subaccount": ACME, "location": ""}
    before = of(await figures(running), "landbridge_tunnel_received_bytes_total", **place)
    assert before > 1000
    connector = running.connectors["erp"]
    await connector.connector.stop()
    await connector.done
    found = await figures(running)
    assert of(found, "landbridge_tunnel_received_bytes_total", **place) >= before
    assert of(found, "landbridge_tunnel_connections", **place) == 0
    await running.run_connector(connector.content, connector.state)
    assert of(await figures(running), "landbridge_tunnel_received_bytes_total", **place) > before


async def test_the_list_says_who_is_connected_and_what_went_wrong_last(running: World) -> None:
    connector = running.connectors["erp"]
    here = await row(running)
    assert here["state"] == "connected"
    assert here["exposed"] == [{"protocol": "HTTP", "host": "erp.virtual:80", "description": "", "type": "nonSAPsys"}]
    assert here["address"].startswith("127.0.0.1:")
    assert here["compatVersion"] == "2.19.0"
    assert here["description"] == "erp"
    assert here["roundTripMs"] >= 0
    assert "lastFault" not in here
    connector.connector.abort()
    await connector.next_event()
    while (await connector.next_event()).__class__.__name__ != "Connected":
        pass
    back = await row(running)
    assert (back["state"], back["lastFault"]["code"]) == ("connected", "tunnel.closed")
    async with administrator(running.cloud) as admin:
        answer = await admin.post(f"/admin/connectors/{connector.state.connector_id}/revoke")
        assert answer.status_code == 200
    reason = await connector.done
    assert reason is not None
    assert reason.code == "tunnel.certificate-revoked"
    gone = await row(running)
    assert gone["state"] == "revoked"
    assert gone["lastFault"]["code"] == "tunnel.certificate-revoked"
    assert gone["lastFault"]["action"]
    assert gone["lastFault"]["action"]


async def test_every_metric_is_documented_and_no_other(running: World) -> None:
    page = (Path(__file__).parents[2] / "docs" / "observability.md").read_text(encoding="utf-8")
    table = "\n".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `landbridge_"))
    await ask(running.door, request("http://no.virtual/", await running.token()))
    async with httpx.AsyncClient() as client:
        text = (await client.get(f"{running.cloud.api_url}/metrics")).text
    emitted = set(re.findall(r"^# TYPE (landbridge_\w+) ", text, re.MULTILINE))
    assert emitted == set(re.findall(r"`(landbridge_\w+)`", table))
