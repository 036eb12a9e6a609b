"""Fake ends of a tunnel, for what no honest one would do: a connector, and a gateway."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

from cryptography.x509.oid import NameOID

from landbridge.connector.gateway_request import client_context
from landbridge.connector.state.files import ConnectorState
from landbridge.testing.world import ACME, World
from landbridge.wire.events import DataReceived, Event, FinReceived, GoneAway, ResetReceived, StreamOpened
from landbridge.wire.messages import (
    TUNNEL_VERSION,
    UPGRADE_TOKEN,
    Farewell,
    Hello,
    Message,
    MessageReader,
    Open,
    Trust,
    Welcome,
    encode,
)
from landbridge.wire.mux import Mux
from landbridge.wire.stream import Stream
from tests.world.certificates import Pair, authority, issue, server_context

PATIENCE = 10.0
UPGRADE = f"GET /tunnel HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: {UPGRADE_TOKEN}\r\n\r\n".encode()


def context_of(state: ConnectorState) -> ssl.SSLContext:
    """TLS of an enrolled connector."""
    return client_context(state.ca_pem, state.certificate_pem, state.key_pem)


async def tunnel_port(world: World, context: ssl.SSLContext) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A TLS connection to the tunnel listener."""
    port = world.cloud.gateway.tunnel_port
    return await asyncio.open_connection("localhost", port, ssl=context, server_hostname="localhost")


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    """Status and JSON of the listener's answer. A refusal must have the error headers, and the usual phrase."""
    async with asyncio.timeout(PATIENCE):
        head = await reader.readuntil(b"\r\n\r\n")
        text = await reader.read()
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    _, status, phrase = first.split(" ", 2)
    body = json.loads(text)
    if status != "200":
        named = dict(line.split(": ", 1) for line in lines)
        assert (named["X-Internal-Error-Code"], named["X-Error-Origin"]) == (body["code"], body["origin"])
        assert (named["X-Error-Message"], named["X-Request-Id"]) == (body["message"], body["requestId"])
    assert phrase == HTTPStatus(int(status)).phrase
    return int(status), body


@dataclass
class Peer:
    """One end of a tunnel that reads when it is told to. `events` are the ones that were not asked for yet."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    mux: Mux
    events: list[Event] = field(default_factory=list)
    messages: dict[int, MessageReader] = field(default_factory=dict)

    async def flush(self) -> None:
        """Send everything that the multiplexer has lined up."""
        while self.mux.wants_write and (buffers := self.mux.take(2**16)):
            self.writer.write(b"".join(buffers))
        await self.writer.drain()

    async def event(self) -> Event:
        """The next event. Raises `EOFError` at the end of the connection."""
        async with asyncio.timeout(PATIENCE):
            while not self.events:
                data = await self.reader.read(2**16)
                if not data:
                    raise EOFError
                self.events += self.mux.receive(data)
                with contextlib.suppress(ConnectionError):
                    await self.flush()
        return self.events.pop(0)

    async def message(self, stream: Stream) -> Message:
        """The next message on that stream; other events are passed over."""
        reader = self.messages.setdefault(stream.id, MessageReader())
        while (message := reader.message()) is None:
            event = await self.event()
            if isinstance(event, DataReceived) and event.stream is stream:
                reader.feed(event.data)
                self.mux.consumed(stream, len(event.data))
            elif isinstance(event, FinReceived | ResetReceived) and event.stream is stream:
                raise EOFError(type(event).__name__)
        return message

    async def end_of(self, stream: Stream) -> Event:
        """How the peer ended that stream."""
        while not isinstance(event := await self.event(), FinReceived | ResetReceived) or event.stream is not stream:
            pass
        return event

    async def gone(self) -> int | None:
        """Read to the end of the connection; the code of the peer's GoAway, if there was one."""
        code = None
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                event = await self.event()
                if isinstance(event, GoneAway):
                    code = event.code
        return code


@dataclass
class FakeConnector(Peer):
    """A connector with a real certificate and no manners."""

    control: Stream = field(init=False)

    @classmethod
    @contextlib.asynccontextmanager
    async def dial(cls, world: World, state: ConnectorState, behind: bytes = b"", **hello: Any) -> AsyncIterator[Self]:
        """Upgrade, say hello (its fields can be changed) with something behind it, and be there."""
        reader, writer = await tunnel_port(world, context_of(state))
        try:
            writer.write(UPGRADE)
            assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
            peer = cls(reader, writer, Mux(dialled=True, stream_limit=1000))
            peer.control = peer.mux.open()
            words = Hello(TUNNEL_VERSION, "0", "0", state.connector_id, "run-1", state.location_id)
            peer.mux.send(peer.control, encode(replace_fields(words, hello)) + behind)
            await peer.flush()
            yield peer
        finally:
            writer.transport.abort()

    async def welcome(self) -> None:
        """Wait until the gateway has taken the tunnel."""
        assert isinstance(await self._word(), Welcome)

    async def _word(self) -> Message:
        """The next message on the control stream that is not about trust."""
        while isinstance(message := await self.message(self.control), Trust):
            pass
        return message

    async def farewell(self) -> str:
        """Code of the fault with which the gateway ends the tunnel."""
        message = await self._word()
        assert isinstance(message, Farewell), message
        return message.code

    async def opened(self) -> tuple[Stream, Open]:
        """The next stream of the gateway; its header lines stay unread."""
        while not isinstance(event := await self.event(), StreamOpened):
            pass
        message = await self.message(event.stream)
        assert isinstance(message, Open)
        return event.stream, message


def replace_fields(hello: Hello, fields: dict[str, Any]) -> Hello:
    values = {name: getattr(hello, name) for name in Hello.__struct_fields__} | fields
    return Hello(**values)


@dataclass
class FakeGateway:
    """A tunnel listener of a made-up installation. `state` enrols a connector with it."""

    state: ConnectorState
    tunnels: asyncio.Queue[Peer] = field(default_factory=asyncio.Queue)

    async def tunnel(self) -> tuple[Peer, Stream]:
        """The next tunnel, welcomed, and its control stream."""
        async with asyncio.timeout(PATIENCE):
            peer = await self.tunnels.get()
        while not isinstance(event := await peer.event(), StreamOpened):
            pass
        control = event.stream
        assert isinstance(await peer.message(control), Hello)
        peer.mux.send(control, encode(Welcome("s", 0.0, 15.0, 15.0)))
        await peer.flush()
        return peer, control


@contextlib.asynccontextmanager
async def fake_gateway(folder: Path, ca: Pair | None = None) -> AsyncIterator[FakeGateway]:
    """A listening `FakeGateway`."""
    ca = ca or authority("made-up authority")
    mine = issue(ca, (NameOID.COMMON_NAME, "c0ffee00-0000-4000-8000-000000000001"))
    state = ConnectorState("c0ffee", ACME, "", ("127.0.0.1:0",), mine.key_pem, mine.certificate_pem, ca.certificate_pem)
    gateway = FakeGateway(state)
    writers: list[asyncio.StreamWriter] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: landbridge-tunnel/1\r\n\r\n")
        gateway.tunnels.put_nowait(Peer(reader, writer, Mux(dialled=False)))

    context = server_context(issue(ca), folder)
    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    gateway.state = replace(state, gateways=(f"127.0.0.1:{server.sockets[0].getsockname()[1]}",))
    try:
        yield gateway
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()


@dataclass
class Relay:
    """Stands between connector and gateway. While `frozen`, bytes vanish and no connection ends."""

    port: int = 0
    frozen: bool = False
    writers: list[asyncio.StreamWriter] = field(default_factory=list)


@contextlib.asynccontextmanager
async def relay(target: int) -> AsyncIterator[Relay]:
    """A relay to that port of this machine."""
    running = Relay()
    tasks: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(2**16):
                if not running.frozen:
                    writer.write(data)
        if not running.frozen:
            writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", target)
        running.writers += [writer, there[1]]
        for pair in ((reader, there[1]), (there[0], writer)):
            task = asyncio.create_task(pump(*pair))
            tasks.add(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    running.port = server.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in running.writers:
            writer.transport.abort()
