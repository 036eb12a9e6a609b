"""Answers that break off: the client must see that they did (traps 5)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from landbridge.connector.program import Connected, Disconnected
from landbridge.model.landscape import ConnectorContent
from landbridge.testing.world import ACME, World, erp_mapping
from tests.world.backends import Connection, raw_backend
from tests.world.client import PATIENCE, Client, End, ask, request

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=[True, False], ids=["uvloop", "asyncio"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return ("asyncio", {"use_uvloop": request.param})


async def until_reset(client: Client) -> bytes:
    """Read until the connection is reset."""
    data = b""
    with pytest.raises(ConnectionError):
        async with asyncio.timeout(PATIENCE):
            while piece := await client.reader.read(2**20):
                data += piece
    return data


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("query", ["bytes=1000", "bytes=1000&chunked=1", "bytes=3000000", "bytes=3000000&chunked=1"])
async def test_the_backend_breaks_off(erp: World, query: str, version: str) -> None:
    token = await erp.token()
    answer = await ask(erp.door, request(f"http://erp.virtual/cut?{query}", token, version=version))
    assert answer.status == 200
    assert answer.end is End.RESET, "a clean end could be taken for a whole answer"


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n"])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_a_body_that_only_the_connection_delimits(erp: World, head: bytes, version: str) -> None:
    """A reset is the only sign that it was cut, and it must reach the client."""

    async def cut(connection: Connection) -> None:
        await connection.head()
        connection.send(head + b"half")
        await connection.writer.drain()
        await connection.until(b"never comes")

    async with raw_backend(cut) as backend:
        name = f"{backend.port}"
        await erp.add_connector(ConnectorContent(name, ACME, name, mappings=(erp_mapping(backend.port),)))
        line = f"SAP-Connectivity-SCC-Location_ID: {name}"
        async with await Client.open(erp.door) as client:
            await client.send(request("http://erp.virtual/", await erp.token(), line, version=version))
            await client.reader.readuntil(b"half")
            backend.connections[0].reset()
            assert await until_reset(client) in (b"", b"\r\n"), "the end of a chunk at most, never the last one"


@pytest.mark.parametrize("query", ["", "&chunked=1"])
async def test_the_connector_is_killed_in_mid_response(erp: World, query: str) -> None:
    token = await erp.token()
    running = erp.connectors["erp"]
    async with await Client.open(erp.door) as client:
        await client.send(request(f"http://erp.virtual/large?bytes=100000000{query}", token))
        await client.reader.readexactly(100_000)
        running.connector.abort()
        await until_reset(client)
    while not isinstance(await running.next_event(), Disconnected):
        pass
    assert isinstance(await running.next_event(), Connected)
    answer = await ask(erp.door, request("http://erp.virtual/echo", token))
    assert answer.status == 200


async def test_the_connector_is_killed_before_the_response(erp: World) -> None:
    token = await erp.token()
    running = erp.connectors["erp"]
    async with await Client.open(erp.door) as client:
        await client.send(request("http://erp.virtual/silent", token))
        await erp.backend.until(lambda backend: backend.connections.open > 0)
        running.connector.abort()
        answer = await client.answer()
        assert answer.status == 503
        assert answer.fault in ("tunnel.lost", "tunnel.closed")
        refused = await client.ask(request("http://erp.virtual/echo", token))
        assert (refused.status, refused.fault) == (503, "tunnel.unknown-location"), "other connectors are still there"
        while not isinstance(await running.next_event(), Disconnected):
            pass
        assert isinstance(await running.next_event(), Connected)
        assert (await client.ask(request("http://erp.virtual/echo", token))).status == 200
