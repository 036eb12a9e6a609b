"""Ten thousand connections come and go, and nothing stays: no task, socket, stream or byte on account."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from landbridge.connector.program import Connected
from landbridge.connector.settings import ConnectorSettings
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Protocol
from landbridge.testing.leaks import holdings, resident, until_like
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.world.client import Client, request
from tests.world.test_socks import SUCCESS, handshake

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(300)]

MIB = 2**20
SIDE_BY_SIDE = 50


async def http_visit(running: World, token: str, number: int) -> None:
    """Connect and leave: before a word, within a head, while the answer comes, or after it."""
    async with await Client.open(running.door) as client:
        kind = number % 4
        if kind == 0:
            return
        if kind == 1:
            await client.send(b"GET http://erp.virtual/ HT")
        elif kind == 2:
            await client.send(request("http://erp.virtual/large?bytes=300000", token))
        else:
            assert (await client.ask(request("http://erp.virtual/echo", token))).status == 200


async def socks_visit(running: World, token: str, number: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", running.cloud.gateway.socks_port)
    try:
        writer.write(handshake(token, host="erp.virtual", port=81)[: 3 if number % 2 else None])
        if not number % 2:
            assert await reader.readexactly(len(SUCCESS)) == SUCCESS
    finally:
        writer.transport.abort()


async def tunnel_visit(running: World) -> None:
    """A TCP connection to the tunnel listener that never speaks."""
    _, writer = await asyncio.open_connection("127.0.0.1", running.cloud.gateway.tunnel_port)
    writer.transport.abort()


async def visit(running: World, token: str, number: int) -> None:
    kind = number % 10
    if kind < 7:
        await http_visit(running, token, number)
    elif kind < 9:
        await socks_visit(running, token, number // 10)
    else:
        with contextlib.suppress(ConnectionError):
            await tunnel_visit(running)


async def visits(running: World, token: str, count: int) -> None:
    numbers = iter(range(count))

    async def visitor() -> None:
        for number in numbers:
            await visit(running, token, number)

    await asyncio.gather(*(visitor() for _ in range(SIDE_BY_SIDE)))


async def test_ten_thousand_connections_leave_nothing_behind(tmp_path: Path) -> None:
    async with world(tmp_path, connectors=()) as running:
        tcp = Mapping("erp.virtual", 81, "127.0.0.1", running.backend.port, protocol=Protocol.TCP)
        await running.add_connector(ConnectorContent("erp", ACME, mappings=(erp_mapping(running.backend.port), tcp)))
        token = await running.token()
        before = holdings(running)
        await visits(running, token, 1000)
        await until_like(running, before)
        memory = resident()
        await visits(running, token, 10_000)
        await until_like(running, before)
        assert resident() - memory < 32 * MIB


async def test_tunnels_that_come_and_go_leave_nothing_behind(tmp_path: Path) -> None:
    """Each end of a tunnel ends a request, too."""
    quick = ConnectorSettings(backoff_first=0.05, backoff_most=0.1)
    async with world(tmp_path, connector_settings=quick) as running:
        token = await running.token()
        before = holdings(running)
        connector = running.connectors["erp"]
        for _ in range(30):
            while not isinstance(await connector.next_event(), Connected):
                pass
            async with await Client.open(running.door) as client:
                await client.send(request("http://erp.virtual/silent", token))
                await running.backend.until(lambda backend: backend.connections.open == 1)
                connector.connector.sessions[0].link.abort()
                answer = await client.answer()
                assert (answer.status, answer.fault) in {(503, "tunnel.lost"), (503, "tunnel.closed")}
        async with asyncio.timeout(20):
            await running.cloud.gateway.wait_for_connector(ACME)
        await until_like(running, before, 20)


async def test_the_check_sees_what_is_left(tmp_path: Path) -> None:
    async with world(tmp_path) as running:
        token = await running.token()
        before = holdings(running)
        async with await Client.open(running.door) as client:
            await client.send(request("http://erp.virtual/silent", token))
            await running.backend.until(lambda backend: backend.connections.open == 1)
            more = holdings(running).beyond(before)
            assert {"door connections", "gateway: streams", "connector: streams", "descriptor socket"} <= set(more)
            with pytest.raises(AssertionError, match="gateway: streams"):
                await until_like(running, before, 0.1)
        await until_like(running, before)
