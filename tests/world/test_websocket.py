"""WebSockets and the raw bytes behind them (connectivity-proxy §4.7)."""

from __future__ import annotations

import os

import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.testing.world import ACME, World, erp_mapping
from tests.world.backends import Connection, raw_backend
from tests.world.client import Client, End, request

pytestmark = pytest.mark.anyio

UPGRADE = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"


def frame(payload: bytes, opcode: int = 2) -> bytes:
    """A masked frame of a client (RFC 6455 §5.2)."""
    mask = os.urandom(4)
    size = len(payload)
    if size > 65_535:
        length = b"\xff" + size.to_bytes(8, "big")
    else:
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
    return bytes([0x80 | opcode]) + length + mask + masked


async def exposed(erp: World, port: int) -> tuple[str, ...]:
    """Expose that port under a location of its own; the header line that leads there."""
    location = f"at-{port}"
    await erp.add_connector(ConnectorContent(location, ACME, location, mappings=(erp_mapping(port),)))
    return (*UPGRADE, f"SAP-Connectivity-SCC-Location_ID: {location}")


async def test_echo(erp: World) -> None:
    async with await Client.open(erp.door) as client:
        answer = await client.ask(request("http://erp.virtual/websocket", await erp.token(), *UPGRADE, KEY))
        assert (answer.status, answer.header("upgrade"), answer.header("connection")) == (101, "websocket", "Upgrade")
        assert answer.header("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        assert answer.header("content-length") is answer.header("transfer-encoding") is None
        for size in (0, 5, 200, 300_000):
            payload = os.urandom(size)
            await client.send(frame(payload))
            head = 2 + (0 if size < 126 else 2 if size < 65_536 else 8)
            assert (await client.reader.readexactly(head + size))[head:] == payload
        await client.send(frame(b"\x03\xe8", 8))
        assert await client.reader.readexactly(4) == b"\x88\x02\x03\xe8"
        assert await client.ended() is End.SHORT
    await erp.backend.until(lambda backend: backend.connections.open == 0)


async def test_the_head_that_the_backend_gets(erp: World) -> None:
    async def switch(connection: Connection) -> None:
        await connection.head()
        connection.send(SWITCH + b"hello")

    async with raw_backend(switch) as backend, await Client.open(erp.door) as client:
        lines = await exposed(erp, backend.port)
        data = request("http://erp.virtual/x", await erp.token(), *lines, KEY, "Sec-WebSocket-Protocol: a, b")
        assert (await client.ask(data)).status == 101
        assert await client.reader.readexactly(5) == b"hello", "bytes right behind the head"
        assert backend.received[0] == (
            b"GET /x HTTP/1.1\r\nHost: erp.virtual\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: a, b\r\n"
            b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        )


async def test_bytes_that_follow_the_request_at_once_wait_for_the_switch(erp: World) -> None:
    async def slow_switch(connection: Connection) -> None:
        await connection.head()
        connection.send(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        connection.send(SWITCH)
        assert await connection.until(b"impatient")

    async with raw_backend(slow_switch) as backend, await Client.open(erp.door) as client:
        lines = await exposed(erp, backend.port)
        await client.send(request("http://erp.virtual/x", await erp.token(), *lines) + b"impatient")
        assert (await client.answer()).status == 103
        assert (await client.answer()).status == 101
        client.abort()
        await backend.connections[0].closed.wait()
        assert backend.received[0].endswith(b"\r\n\r\nimpatient")


async def test_each_direction_may_end_alone(erp: World) -> None:
    async def reads_to_the_end(connection: Connection) -> None:
        await connection.head()
        connection.send(SWITCH)
        await connection.rest()
        connection.send(b"all of it")
        connection.writer.close()

    async with raw_backend(reads_to_the_end) as backend, await Client.open(erp.door) as client:
        lines = await exposed(erp, backend.port)
        assert (await client.ask(request("http://erp.virtual/x", await erp.token(), *lines))).status == 101
        await client.send(b"something")
        client.writer.write_eof()
        assert await client.reader.read() == b"all of it"


async def test_a_backend_that_declines(erp: World) -> None:
    """It answers like any other request, and the connection goes on."""
    token = await erp.token()
    async with await Client.open(erp.door) as client:
        for _ in range(2):
            answer = await client.ask(request("http://erp.virtual/status/426", token, *UPGRADE, KEY))
            assert (answer.status, answer.fault, answer.end) == (426, None, End.WHOLE)
        assert (await client.ask(request("http://erp.virtual/echo", token))).status == 200


@pytest.mark.parametrize("end", ["client", "backend", "tunnel"])
async def test_the_end_of_one_is_the_end_of_all(erp: World, end: str) -> None:
    async def switch(connection: Connection) -> None:
        await connection.head()
        connection.send(SWITCH)
        await connection.until(b"ready")
        connection.send(b"go")
        if end == "backend":
            connection.reset()

    async with raw_backend(switch) as backend, await Client.open(erp.door) as client:
        lines = await exposed(erp, backend.port)
        assert (await client.ask(request("http://erp.virtual/x", await erp.token(), *lines))).status == 101
        await client.send(b"ready")
        if end == "client":
            assert await client.reader.readexactly(2) == b"go"
            client.abort()
        elif end == "tunnel":
            assert await client.reader.readexactly(2) == b"go"
            erp.connectors[f"at-{backend.port}"].connector.abort()
        if end != "client":
            if end == "backend":
                with pytest.raises((ConnectionError, EOFError)):
                    await client.reader.readexactly(3)
            else:
                await client.ended()
        await backend.connections[0].closed.wait()
