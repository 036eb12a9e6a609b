"""Tunnels that go silent, gateways that restart, connectors that stop (design §5, life)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from landbridge.app import CloudSide
from landbridge.connector.enrol import enrol
from landbridge.connector.program import Connected, Disconnected
from landbridge.connector.settings import ConnectorSettings
from landbridge.model.landscape import ConnectorContent
from landbridge.settings import TunnelSettings
from landbridge.testing.world import ACME, RunningConnector, World, erp_mapping, world
from tests.world.client import Client, End, ask, request
from tests.world.peers import Relay, relay

pytestmark = pytest.mark.anyio

QUICK = ConnectorSettings(ping_interval=0.4, ping_timeout=0.4, backoff_first=0.05, backoff_most=0.1, dial_timeout=1.0)
SLACK = 1.0
"""Seconds by which a busy machine may be late."""
PATIENT = ConnectorSettings(backoff_first=0.05, backoff_most=0.1)


async def reason_of(running: RunningConnector) -> Disconnected:
    """The next end of its tunnel."""
    while not isinstance(event := await running.next_event(), Disconnected):
        pass
    return event


async def back_again(running: RunningConnector) -> None:
    while not isinstance(await running.next_event(), Connected):
        pass


@contextlib.asynccontextmanager
async def far_away(
    folder: Path, settings: ConnectorSettings, tunnel: TunnelSettings
) -> AsyncIterator[tuple[World, Relay, RunningConnector]]:
    """A connector that dials through a relay."""
    async with world(folder, connectors=(), connector_settings=settings, tunnel=tunnel) as running:
        content = ConnectorContent("far", ACME, mappings=(erp_mapping(running.backend.port),))
        first = await running.add_connector(content)
        await first.connector.stop()
        await first.done
        async with relay(running.cloud.gateway.tunnel_port) as way:
            state = replace(first.state, gateways=(f"localhost:{way.port}",))
            far = await running.run_connector(content, state)
            await back_again(far)
            yield running, way, far


async def test_the_connector_notices_a_gateway_that_went_silent(folder: Path) -> None:
    async with far_away(folder, QUICK, TunnelSettings()) as (_, way, far):
        began = asyncio.get_running_loop().time()
        way.frozen = True
        event = await reason_of(far)
        assert event.reason.code == "tunnel.ping-timeout"
        assert asyncio.get_running_loop().time() - began < 2 * 0.4 + SLACK
        way.frozen = False
        await back_again(far)


async def test_the_gateway_notices_a_connector_that_went_silent(folder: Path) -> None:
    short = TunnelSettings(ping_interval=1.0, ping_timeout=1.0)
    async with far_away(folder, PATIENT, short) as (running, way, _), await Client.open(running.door) as client:
        data = request("http://erp.virtual/silent", await running.token())
        await client.send(data)
        await running.backend.until(lambda backend: backend.connections.open == 1)
        way.frozen = True
        answer = await client.answer()
        assert (answer.status, answer.fault) in ((503, "tunnel.lost"), (503, "tunnel.ping-timeout"))
        assert (await ask(running.door, data)).fault == "tunnel.no-connector"


async def test_a_zombie_does_not_get_the_requests_of_its_successor(folder: Path) -> None:
    """The connector has noticed and is back; the gateway still waits for the old connection."""
    patient = TunnelSettings(ping_interval=30.0, ping_timeout=30.0)
    async with far_away(folder, QUICK, patient) as (running, way, far):
        way.frozen = True
        await reason_of(far)
        way.frozen = False
        await back_again(far)
        token = await running.token()
        for _ in range(3):
            answer = await ask(running.door, request("http://erp.virtual/echo", token))
            assert (answer.status, answer.fault) == (200, None)


async def test_busy_tunnels_are_not_taken_for_dead(folder: Path) -> None:
    short = TunnelSettings(ping_interval=0.4, ping_timeout=0.4)
    async with world(folder, tunnel=short, connector_settings=QUICK) as running:
        answer = await ask(running.door, request("http://erp.virtual/slow?seconds=1.2", await running.token()))
        assert answer.status == 200
        assert running.connectors["erp"].events.qsize() == 1, "connected once, never lost"


async def test_the_gateway_restarts_on_the_same_ports(folder: Path) -> None:
    async with world(folder, connector_settings=PATIENT) as running:
        erp = running.connectors["erp"]
        await back_again(erp)
        old = running.cloud
        settings = replace(old.settings, door_port=old.gateway.door_port, tunnel_port=old.gateway.tunnel_port)
        await old.stop()
        assert (await reason_of(erp)).reason.code == "tunnel.draining"
        assert (await reason_of(erp)).reason.code == "tunnel.gateway-unreachable"
        running.cloud = await CloudSide.start(settings)
        try:
            await back_again(erp)
            async with asyncio.timeout(10):
                await running.cloud.gateway.wait_for_connector(ACME)
            answer = await ask(running.door, request("http://erp.virtual/echo", await running.token()))
            assert answer.status == 200
        finally:
            await running.cloud.stop()


@pytest.mark.parametrize("path", ["/slow?seconds=0.3", "/large?bytes=20000000&chunked=1"])
async def test_a_connector_that_stops_finishes_what_it_has_begun(folder: Path, path: str) -> None:
    async with world(folder) as running, await Client.open(running.door) as client:
        token = await running.token()
        await client.send(request(f"http://erp.virtual{path}", token))
        await running.backend.until(lambda backend: backend.connections.open == 1)
        stop = asyncio.create_task(running.connectors["erp"].connector.stop(grace=10))
        await asyncio.sleep(0)
        answer = await client.answer()
        assert (answer.status, answer.end) == (200, End.WHOLE)
        refused = await client.ask(request("http://erp.virtual/echo", token))
        assert refused.fault in ("tunnel.no-connector", "connector.draining", "tunnel.lost")
        await stop
        assert await running.connectors["erp"].done is None


@pytest.mark.parametrize("path", ["/slow?seconds=0.3", "/large?bytes=20000000&chunked=1"])
async def test_a_gateway_that_stops_finishes_what_it_has_begun(folder: Path, path: str) -> None:
    async with world(folder) as running, await Client.open(running.door) as client:
        await client.send(request(f"http://erp.virtual{path}", await running.token()))
        await running.backend.until(lambda backend: backend.connections.open == 1)
        stop = asyncio.create_task(running.cloud.gateway.stop(grace=10))
        answer = await client.answer()
        assert (answer.status, answer.end) == (200, End.WHOLE)
        await stop


async def test_a_gateway_that_must_stop_cuts_visibly(folder: Path) -> None:
    async with world(folder) as running, await Client.open(running.door) as client:
        await client.send(
            request("http://erp.virtual/large?bytes=90000000&chunked=1", await running.token(), version="1.0")
        )
        await client.reader.readexactly(1000)
        await running.cloud.gateway.stop(grace=0)
        with pytest.raises(ConnectionError):
            while await client.reader.read(2**20):
                pass


async def test_the_same_connector_twice(folder: Path) -> None:
    async with world(folder) as running:
        first = running.connectors["erp"]
        second = await running.run_connector(first.content, first.state, wait=False)
        await back_again(second)
        reason = await first.done
        assert reason is not None
        assert reason.code == "tunnel.replaced"
        assert (await ask(running.door, request("http://erp.virtual/echo", await running.token()))).status == 200


async def test_two_connectors_for_one_location(folder: Path) -> None:
    async with world(folder, connector_settings=PATIENT) as running:
        data = await running.cloud.invite(ACME)
        state = await enrol(data, folder / "other")
        content = ConnectorContent("other", ACME, mappings=(erp_mapping(running.backend.port),))
        other = await running.run_connector(content, state, wait=False)
        event = await reason_of(other)
        assert event.reason.code == "tunnel.location-taken"
        assert event.reason.params["connector"] == running.connectors["erp"].state.connector_id
        assert event.retry_in is not None
        await running.connectors["erp"].connector.stop()
        await back_again(other)
