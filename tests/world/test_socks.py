"""The SOCKS5 door, byte by byte and with bytes flowing (connectivity-proxy §7)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Protocol
from landbridge.settings import DoorSettings
from landbridge.testing.world import ACME, World, world
from tests.world.backends import Handler, tcp_server

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def reach(
    folder: Path, handler: Handler, *, location: str = "", ports: int = 1, door: DoorSettings | None = None
) -> AsyncIterator[World]:
    """A world whose connector maps db.virtual:5432 to a server with this handler."""
    async with tcp_server(handler) as port:
        mapping = Mapping("db.virtual", 5432, "127.0.0.1", port, protocol=Protocol.TCP, ports=ports)
        content = ConnectorContent("db", ACME, location, mappings=(mapping,))
        async with world(folder, connectors=[content], door=door) as running:
            yield running


def handshake(token: str, location: bytes = b"", host: str = "db.virtual", port: int = 5432) -> bytes:
    """All that a client sends, in one piece."""
    return (
        b"\x05\x02\x00\x80"
        + authentication(token, location)
        + b"\x05\x01\x00\x03"
        + bytes([len(host)])
        + host.encode()
        + port.to_bytes(2, "big")
    )


def authentication(token: str, location: bytes = b"") -> bytes:
    return b"\x01" + len(token).to_bytes(4, "big") + token.encode() + bytes([len(location)]) + location


async def connect(running: World) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", running.cloud.gateway.socks_port)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.write(b"<end>")
    writer.close()


SUCCESS = b"\x05\x80\x01\x00\x05\x00\x00\x01" + bytes(6)


async def test_a_pipelined_handshake_reaches_the_backend_and_half_closes(tmp_path: Path) -> None:
    async with reach(tmp_path, echo) as running:
        reader, writer = await connect(running)
        writer.write(handshake(await running.token()) + b"hello")
        assert await reader.readexactly(len(SUCCESS) + 5) == SUCCESS + b"hello"
        writer.write(b"again")
        writer.write_eof()
        assert await reader.read() == b"again<end>"
        writer.close()


async def test_step_by_step_with_a_server_that_speaks_first(tmp_path: Path) -> None:
    async def greeter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        await reader.read()
        writer.close()

    async with reach(tmp_path, greeter, location="plant-1") as running:
        token = await running.token()
        reader, writer = await connect(running)
        for sent, expected in (
            (b"\x05\x01\x80", b"\x05\x80"),
            (authentication(token, base64.b64encode(b"plant-1")), b"\x01\x00"),
            (b"\x05\x01\x00\x03\x0adb.virtual\x15\x38", b"\x05\x00\x00\x01" + bytes(6)),
        ):
            for byte in sent:
                writer.write(bytes([byte]))
            assert await reader.readexactly(len(expected)) == expected
        assert await reader.readexactly(11) == b"220 ready\r\n"
        writer.close()


@pytest.mark.parametrize("last", [b"", b"bye"], ids=["client speaks", "server ends"])
async def test_what_a_server_says_first_waits_behind_the_reply(tmp_path: Path, last: bytes) -> None:
    """Some clients lose what they read with the reply; those that speak, or whose server has ended, need not wait."""
    said, spoken = asyncio.Event(), asyncio.Event()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        await writer.drain()
        said.set()
        await spoken.wait()
        writer.write(last or await reader.readexactly(4))
        writer.close()

    async with reach(tmp_path, greet, door=DoorSettings(socks_first_bytes_delay=3600)) as running:
        reader, writer = await connect(running)
        writer.write(handshake(await running.token()))
        async with asyncio.timeout(10):
            assert await reader.readexactly(len(SUCCESS)) == SUCCESS
            await said.wait()
            spoken.set()
            if not last:
                writer.write(b"EHLO")
            assert await reader.read() == b"220 ready\r\n" + (last or b"EHLO")
        writer.close()


async def refused(running: World, sent: bytes) -> bytes:
    """Everything the door answers until it closes."""
    reader, writer = await connect(running)
    writer.write(sent)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


def count(running: World, code: str) -> int:
    return running.cloud.gateway.socks_door.counters.refusals.get(code, 0)


async def test_each_refusal_has_its_code(tmp_path: Path) -> None:
    async with reach(tmp_path, echo) as running:
        token = await running.token()
        begin = b"\x05\x80"
        ok = begin + b"\x01\x00"

        def full(code: int) -> bytes:
            return ok + bytes((5, code, 0, 1)) + bytes(6)

        cases = [
            ("socks.token-method-missing", b"\x05\x01\x00", b"\x05\xff"),
            ("socks.not-socks", b"GET / HTTP/1.1\r\n\r\n", b""),
            ("proxy.token-invalid", b"\x05\x01\x80" + authentication("nonsense"), begin + b"\x01\x05"),
            ("socks.not-socks", b"\x05\x01\x80" + authentication(token, b"!!"), begin),
            ("connector.system-not-exposed", handshake(token, host="nope"), full(2)),
            ("connector.system-not-exposed", handshake(token, port=1), full(2)),
            ("tunnel.unknown-location", handshake(token, base64.b64encode(b"elsewhere")), full(3)),
            (
                "socks.command-unsupported",
                b"\x05\x01\x80" + authentication(token) + b"\x05\x03\x00\x01\x7f\x00\x00\x01\x00\x50",
                full(7),
            ),
            (
                "socks.address-unsupported",
                b"\x05\x01\x80" + authentication(token) + b"\x05\x01\x00\x04" + bytes(16) + b"\x00\x50",
                full(8),
            ),
            ("socks.target-invalid", handshake(token, host="d\r\n"), full(1)),
            ("socks.target-invalid", handshake(token, port=0), full(1)),
        ]
        for code, sent, expected in cases:
            before = count(running, code)
            assert await refused(running, sent) == expected, code
            assert count(running, code) == before + 1


async def test_an_http_system_is_not_reached_by_socks(erp: World) -> None:
    """The original has one code for what is not mapped and for what is mapped for another protocol."""
    before = count(erp, "connector.other-protocol")
    answer = await refused(erp, handshake(await erp.token(), host="erp.virtual", port=80))
    assert answer == b"\x05\x80\x01\x00\x05\x02\x00\x01" + bytes(6)
    assert count(erp, "connector.other-protocol") == before + 1


async def test_no_connector_is_network_unreachable_and_a_dead_backend_host_unreachable(tmp_path: Path) -> None:
    async with tcp_server(echo) as port:
        closed = port
    mapping = Mapping("db.virtual", 5432, "127.0.0.1", closed, protocol=Protocol.TCP)
    async with world(tmp_path, connectors=[ConnectorContent("db", ACME, mappings=(mapping,))]) as running:
        token = await running.token()
        assert (await refused(running, handshake(token)))[-10:-8] == b"\x05\x04"
        other = await running.token("globex")
        assert (await refused(running, handshake(other)))[-10:-8] == b"\x05\x03"
        assert count(running, "backend.refused") == 1
        (trouble,) = running.connectors["db"].connector.status().troubles
        assert (trouble.system, trouble.internal) == ("db.virtual:5432", f"127.0.0.1:{closed}")
        assert count(running, "tunnel.no-connector") == 1


async def test_a_virtual_host_that_is_an_address_and_a_port_range(tmp_path: Path) -> None:
    async with tcp_server(echo) as port:
        mapping = Mapping("10.1.2.3", 1000, "127.0.0.1", port - 2, protocol=Protocol.TCP, ports=3)
        async with world(tmp_path, connectors=[ConnectorContent("db", ACME, mappings=(mapping,))]) as running:
            token = await running.token()
            reader, writer = await connect(running)
            writer.write(
                b"\x05\x01\x80" + authentication(token) + b"\x05\x01\x00\x01\x0a\x01\x02\x03" + b"\x03\xea" + b"x"
            )
            assert await reader.readexactly(len(SUCCESS) + 1) == SUCCESS + b"x"
            writer.close()


async def test_two_megabytes_both_ways_and_a_client_that_vanishes(tmp_path: Path) -> None:
    ended = asyncio.Event()

    async def watch(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await echo(reader, writer)
        except ConnectionError:
            pass
        finally:
            ended.set()

    body = bytes(range(256)) * 8192
    async with reach(tmp_path, watch) as running:
        reader, writer = await connect(running)
        writer.write(handshake(await running.token()))
        await reader.readexactly(len(SUCCESS))
        writer.write(body)
        assert await reader.readexactly(len(body)) == body
        writer.transport.abort()
        async with asyncio.timeout(10):
            await ended.wait()
