"""What idle things hold: a client connection, a stream, a tunnel. All ends are in this process, and all count.

LANDBRIDGE_MEMORY_REPORT names a file for the figures.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Protocol
from landbridge.testing.leaks import holdings, resident, until_like
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.world.client import Client, request
from tests.world.test_socks import SUCCESS, connect, handshake

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

KIB = 1024
Hold = Callable[[World, str, int], contextlib.AbstractAsyncContextManager[None]]


@pytest.fixture(scope="module")
async def running(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("world"), connectors=()) as one:
        tcp = Mapping("erp.virtual", 81, "127.0.0.1", one.backend.port, protocol=Protocol.TCP)
        await one.add_connector(ConnectorContent("erp", ACME, mappings=(erp_mapping(one.backend.port), tcp)))
        yield one


@contextlib.asynccontextmanager
async def kept_connections(running: World, token: str, count: int) -> AsyncIterator[None]:
    """Clients of the HTTP door that have asked once; the backend connections stick to them."""
    async with contextlib.AsyncExitStack() as opened:
        for _ in range(count):
            client = await opened.enter_async_context(await Client.open(running.door))
            assert (await client.ask(request("http://erp.virtual/echo", token))).status == 200
        yield


@contextlib.asynccontextmanager
async def bare_streams(running: World, token: str, count: int) -> AsyncIterator[None]:
    """Connections through the SOCKS5 door on which nobody says anything."""
    with contextlib.ExitStack() as opened:
        for _ in range(count):
            reader, writer = await connect(running)
            opened.callback(writer.close)
            writer.write(handshake(token, host="erp.virtual", port=81))
            assert await reader.readexactly(len(SUCCESS)) == SUCCESS
        yield


@contextlib.asynccontextmanager
async def tunnels(running: World, token: str, count: int) -> AsyncIterator[None]:
    """So many connections of one more connector."""
    name = f"idle{len(running.connectors)}"
    content = ConnectorContent(name, ACME, name, mappings=())
    first = await running.add_connector(content)
    settings, running.connector_settings = (
        running.connector_settings,
        replace(running.connector_settings, connections=count),
    )
    try:
        await first.connector.stop()
        await first.done
        many = await running.run_connector(content, first.state)
        async with asyncio.timeout(30):
            while len(many.connector.sessions) < count:  # noqa: ASYNC110 - nobody announces all of them
                await asyncio.sleep(0.02)
        yield
        await many.connector.stop()
        await many.done
    finally:
        running.connector_settings = settings


HELD: dict[str, tuple[Hold, int, int]] = {
    "client connection": (kept_connections, 300, 100 * KIB),
    "stream": (bare_streams, 300, 100 * KIB),
    "tunnel connection": (tunnels, 20, 1500 * KIB),
}


@pytest.mark.parametrize("what", HELD)
async def test_an_idle_one_holds_little(running: World, what: str) -> None:
    hold, count, most = HELD[what]
    token = await running.token()
    before = holdings(running)
    async with hold(running, token, count):  # takes what was made once, and what the process had left over
        gc.collect()
        memory = resident()
        async with hold(running, token, count):
            each = (resident() - memory) / count
    if report := os.environ.get("LANDBRIDGE_MEMORY_REPORT"):
        with Path(report).open("a") as file:
            file.write(f"idle {what}: {each / KIB:.1f} KiB\n")
    assert each < most
    if hold is not tunnels:
        await until_like(running, before)
