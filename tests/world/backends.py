"""Backends that do exactly what a test tells them, byte for byte."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

PATIENCE = 10.0
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass
class Connection:
    """One connection of a `RawBackend`, with all bytes that came over it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    received: bytearray = field(default_factory=bytearray)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, end: bytes) -> bytes:
        """Read until `end`; what was read."""
        async with asyncio.timeout(PATIENCE):
            data = await self.reader.readuntil(end)
        self.received += data
        return data

    async def head(self) -> bytes:
        return await self.until(b"\r\n\r\n")

    async def request(self) -> bytes:
        """Read one request; its head."""
        head = await self.head()
        length = re.search(rb"\r\ncontent-length: *([0-9]+)\r\n", head, re.IGNORECASE)
        if length is not None:
            async with asyncio.timeout(PATIENCE):
                self.received += await self.reader.readexactly(int(length[1]))
        elif b"\r\nTransfer-Encoding: chunked\r\n" in head:
            while await self.until(b"\r\n") != b"0\r\n":
                pass
            await self.until(b"\r\n")
        return head

    async def rest(self) -> None:
        """Read until the connection ends."""
        with contextlib.suppress(ConnectionError):
            while data := await self.reader.read(65_536):
                self.received += data
        self.closed.set()

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    def reset(self) -> None:
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.writer.transport.abort()


Script = Callable[[Connection], Awaitable[None]]


@dataclass
class RawBackend:
    """Plays `script` on each connection, then reads what still comes. `connections` remembers all of them."""

    port: int
    connections: list[Connection] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def first(self) -> Connection:
        """The first connection, once it is there."""
        async with asyncio.timeout(PATIENCE):
            await self.arrived.wait()
        return self.connections[0]

    @property
    def received(self) -> list[bytes]:
        """What came, by connection."""
        return [bytes(connection.received) for connection in self.connections]


@contextlib.asynccontextmanager
async def raw_backend(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[RawBackend]:
    """A listening `RawBackend`."""
    backend = RawBackend(0)
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        connection = Connection(reader, writer)
        backend.connections.append(connection)
        backend.arrived.set()
        try:
            await script(connection)
            await connection.rest()
        except (EOFError, ConnectionError):
            connection.closed.set()
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    backend.port = server.sockets[0].getsockname()[1]
    try:
        yield backend
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def always(answer: bytes) -> Script:
    """A script that reads each request to the end that its framing announces, and answers all with the same bytes."""

    async def script(connection: Connection) -> None:
        while True:
            await connection.request()
            connection.send(answer)

    return script


def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.asynccontextmanager
async def tcp_server(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Port of a server that gives each connection to `handler`; a client that hangs up in the middle is no failure."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await handler(reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
