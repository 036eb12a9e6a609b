"""Writes of one loop turn, joined, on real connections of both loops."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from landbridge.net.cork import Cork
from landbridge.net.dial import connect
from tests.world.backends import Connection, RawBackend, raw_backend

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=[True, False], ids=["uvloop", "asyncio"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return ("asyncio", {"use_uvloop": request.param})


async def idle(connection: Connection) -> None:
    await connection.rest()
    connection.writer.write(b"seen")


@contextlib.asynccontextmanager
async def corked(backend: RawBackend) -> AsyncIterator[tuple[asyncio.StreamReader, Cork, asyncio.Transport]]:
    reader = asyncio.StreamReader()
    transport, _ = await connect(
        lambda: cast(asyncio.BaseProtocol, asyncio.StreamReaderProtocol(reader)), "127.0.0.1", backend.port, timeout=2
    )
    try:
        yield reader, Cork(transport), transport
    finally:
        transport.abort()
        await asyncio.sleep(0)


@pytest.mark.parametrize("pieces", [[b"a"], [b"a", b"b", memoryview(b"c")], [b"x" * 60_000] * 5])
async def test_everything_arrives_in_order_and_before_the_end(pieces: list[bytes]) -> None:
    async with raw_backend(idle) as backend, corked(backend) as (reader, cork, _):
        for piece in pieces:
            cork.write(piece)
        cork.write_eof()
        assert await reader.read() == b"seen"
        assert backend.received == [b"".join(pieces)]


async def test_close_hands_over_first() -> None:
    async with raw_backend(idle) as backend, corked(backend) as (_, cork, _):
        cork.write(b"last words")
        cork.close()
        cork.write(b"too late")
        await backend_closed(backend)
        assert backend.received == [b"last words"]


async def test_a_transport_that_was_aborted_takes_nothing_and_raises_nothing() -> None:
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: failures.append(context))
    try:
        async with raw_backend(idle) as backend, corked(backend) as (_, cork, transport):
            cork.write(b"never")
            transport.abort()
            await backend_closed(backend)
            cork.write(b"neither")
            cork.write_eof()
            cork.close()
            assert backend.received == [b""]
    finally:
        asyncio.get_running_loop().set_exception_handler(None)
    assert not failures


async def backend_closed(backend: RawBackend) -> None:
    connection = await backend.first()
    await connection.closed.wait()
