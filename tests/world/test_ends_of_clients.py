"""Clients that go away, early or late: the backend must notice (design §5)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.testing.world import ACME, World, erp_mapping
from tests.world.backends import Connection, raw_backend
from tests.world.client import Client, End, request

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=[True, False], ids=["uvloop", "asyncio"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return ("asyncio", {"use_uvloop": request.param})


@pytest.fixture
async def quiet(erp: World) -> AsyncIterator[World]:
    """Every test must leave the backend without a connection, and the tunnel without a stream."""
    yield erp
    await erp.backend.until(lambda backend: backend.connections.open == 0)
    assert [status.streams for status in erp.cloud.gateway.connectors() if status.description == "erp"] == [0]


@pytest.mark.parametrize("framing", ["Content-Length: 1000000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("end", ["abort", "eof"])
async def test_gone_in_mid_upload(quiet: World, framing: str, end: str) -> None:
    broken = quiet.backend.connections.broken
    async with await Client.open(quiet.door) as client:
        await client.send(request("http://erp.virtual/upload", await quiet.token(), framing, method="POST"))
        await client.send(b"5\r\nhello\r\n")
        await quiet.backend.until(lambda backend: backend.connections.open == 1)
        if end == "abort":
            client.abort()
        else:
            client.writer.write_eof()
            await client.ended()
        await quiet.backend.until(lambda backend: backend.connections.broken == broken + 1)
    (seen,) = quiet.backend.seen
    assert not seen.complete


@pytest.mark.parametrize("end", ["abort", "eof"])
async def test_gone_while_it_waits(quiet: World, end: str) -> None:
    broken = quiet.backend.connections.broken
    async with await Client.open(quiet.door) as client:
        await client.send(request("http://erp.virtual/silent", await quiet.token()))
        await quiet.backend.until(lambda backend: backend.connections.open == 1)
        client.abort() if end == "abort" else client.writer.write_eof()
        await quiet.backend.until(lambda backend: backend.connections.broken == broken + 1)


async def test_gone_in_mid_download(quiet: World) -> None:
    broken = quiet.backend.connections.broken
    async with await Client.open(quiet.door) as client:
        await client.send(request("http://erp.virtual/large?bytes=1000000000", await quiet.token()))
        await client.reader.readexactly(100_000)
        client.abort()
        await quiet.backend.until(lambda backend: backend.connections.broken == broken + 1)


async def test_gone_while_the_backend_is_being_connected(quiet: World) -> None:
    """Also a client that leaves right behind its request leaves nothing behind."""
    token = await quiet.token()
    for _ in range(20):
        client = await Client.open(quiet.door)
        client.writer.write(request("http://erp.virtual/echo", token))
        await asyncio.sleep(0)
        client.abort()


@pytest.mark.parametrize("framing", ["Content-Length: 100000000", "Transfer-Encoding: chunked"])
async def test_an_early_answer_ends_the_upload(quiet: World, framing: str) -> None:
    """The backend answers without reading: the client gets the answer while it is still sending."""

    async def impatient(connection: Connection) -> None:
        await connection.head()
        connection.send(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nmuch")
        connection.writer.close()

    async with raw_backend(impatient) as backend, await Client.open(quiet.door) as client:
        content = ConnectorContent(f"{backend.port}", ACME, f"{backend.port}", mappings=(erp_mapping(backend.port),))
        await quiet.add_connector(content)
        line = f"SAP-Connectivity-SCC-Location_ID: {backend.port}"
        await client.send(request("http://erp.virtual/", await quiet.token(), line, framing, method="POST"))
        await client.send(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
        answer = await client.answer()
        assert (answer.status, answer.body, answer.end) == (413, b"much", End.WHOLE)
        assert await client.ended() in End


async def test_an_upload_that_turns_out_to_be_invalid_is_aborted(quiet: World) -> None:
    broken = quiet.backend.connections.broken
    async with await Client.open(quiet.door) as client:
        line = "Transfer-Encoding: chunked"
        await client.send(request("http://erp.virtual/upload", await quiet.token(), line, method="POST"))
        await client.send(b"5\r\nhello\r\n")
        await quiet.backend.until(lambda backend: backend.connections.open == 1)
        assert (await client.ask(b"oops\r\n")).fault == "proxy.bad-request"
        await quiet.backend.until(lambda backend: backend.connections.broken == broken + 1)
    assert not quiet.backend.seen[-1].complete
