"""Gateways that ask for what nobody allowed: nothing of it reaches a backend (design §5)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from landbridge.connector.program import Connector, Disconnected
from landbridge.connector.settings import ConnectorSettings
from landbridge.connector.state.files import ConnectorState
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Resource
from landbridge.testing.world import ACME, erp_mapping
from landbridge.wire.frames import DATA, SYN, header
from landbridge.wire.messages import Farewell, Head, Hello, Message, Open, Opened, Refused, encode
from landbridge.wire.stream import Stream
from tests.world.backends import NO_CONTENT, Connection, RawBackend, always, raw_backend
from tests.world.certificates import authority, issue, server_context
from tests.world.peers import FakeGateway, Peer, fake_gateway

pytestmark = pytest.mark.anyio

FOREIGN = b'{"fault": {"code": "tunnel.certificate-foreign", "params": {"issuer": "CN=x"}}}'
QUICK = ConnectorSettings(backoff_first=0.01, dial_timeout=0.5)


@dataclass
class Scene:
    """A connector that trusts a fake gateway. It exposes /open, with WebSockets below /open/live."""

    gateway: FakeGateway
    backend: RawBackend
    events: asyncio.Queue[Any]
    peer: Peer
    control: Stream
    done: asyncio.Task[Any]

    async def open(self, *behind: bytes, block: bytes = b"", fin: bool = True, **fields: Any) -> Stream:
        """Send an Open with these fields, header lines and what comes behind."""
        plain: dict[str, Any] = {"kind": "http", "host": "erp.virtual", "port": 80, "conn": "c", "request": "r"}
        opening = Open(**(plain | {"method": "GET", "target": "/open", "head": len(block)} | fields))
        stream = self.peer.mux.open()
        self.peer.mux.send(stream, encode(opening) + block + b"".join(behind), fin=fin)
        await self.peer.flush()
        return stream

    async def refusal(self, stream: Stream) -> str:
        message = await self.peer.message(stream)
        while isinstance(message, Opened | Head):
            message = await self.peer.message(stream)
        assert isinstance(message, Refused), message
        return message.code


@contextlib.asynccontextmanager
async def running(state: ConnectorState, port: int) -> AsyncIterator[tuple[asyncio.Queue[Any], asyncio.Task[Any]]]:
    events: asyncio.Queue[Any] = asyncio.Queue()
    resources = (Resource("/open"), Resource("/open/live", websocket_upgrade_allowed=True))
    content = ConnectorContent("erp", ACME, mappings=(erp_mapping(port, *resources),))
    connector = Connector(state, content, QUICK, events.put_nowait)
    done = asyncio.create_task(connector.run())
    try:
        yield events, done
    finally:
        await connector.stop()
        done.cancel()
        await asyncio.gather(done, return_exceptions=True)


@pytest.fixture
async def scene(folder: Path) -> AsyncIterator[Scene]:
    async with (
        fake_gateway(folder) as gateway,
        raw_backend(always(NO_CONTENT)) as backend,
        running(gateway.state, backend.port) as (events, done),
    ):
        peer, control = await gateway.tunnel()
        yield Scene(gateway, backend, events, peer, control, done)


async def test_an_honest_request_passes(scene: Scene) -> None:
    stream = await scene.open(block=b"X: 1\r\n")
    assert isinstance(await scene.peer.message(stream), Opened)
    head: Message = await scene.peer.message(stream)
    assert isinstance(head, Head)
    assert head.status == 204
    assert scene.backend.received == [b"GET /open HTTP/1.1\r\nHost: erp.virtual\r\nX: 1\r\n\r\n"]


@pytest.mark.parametrize(
    "fields",
    [
        {"target": "/open HTTP/1.1\r\nX: 1\r\n\r\nGET /secret"},
        {"target": "/open\r\nX: 1"},
        {"target": "http://other/open"},
        {"target": "/open\u4e00"},
        {"target": ""},
        {"method": "GET /secret HTTP/1.1\r\nX: "},
        {"method": "CONNECT"},
        {"method": "G\u4e00T"},
        {"block": b"X: 1\r\n\r\nGET /secret HTTP/1.1\r\nHost: a\r\n"},
        {"block": b"Host: other\r\n"},
        {"block": b"Content-Length: 5\r\n"},
        {"block": b"Transfer-Encoding: chunked\r\n"},
        {"block": b"Connection: close\r\n"},
        {"block": b"SSL_CLIENT_CERT: forged\r\n"},
        {"block": b"no line end"},
        {"head": 2**20},
        {"head": -1},
        {"body": "raw"},
        {"size": 40},
        {"body": "streamed", "size": 40},
        {"upgrade": True, "body": "streamed", "target": "/open/live"},
    ],
)
async def test_openings_that_are_not_valid(scene: Scene, fields: dict[str, Any]) -> None:
    assert await scene.refusal(await scene.open(**fields)) == "connector.open-invalid"
    await test_an_honest_request_passes(scene)


async def test_a_body_that_was_not_announced(scene: Scene) -> None:
    stream = await scene.open(b"GET /secret HTTP/1.1\r\nHost: a\r\n\r\n")
    assert await scene.refusal(stream) == "connector.open-invalid"
    assert b"secret" not in b"".join(scene.backend.received)


async def test_a_body_longer_than_announced(scene: Scene) -> None:
    smuggled = b"GET /secret HTTP/1.1\r\nHost: a\r\n\r\n"
    stream = await scene.open(b"hello", smuggled, method="POST", body="sized", size=5)
    assert await scene.refusal(stream) == "connector.open-invalid"
    stream = await scene.open(b"hello", method="POST", body="sized", size=5, fin=False)
    await scene.peer.message(stream)
    scene.peer.mux.send(stream, smuggled, fin=True)
    await scene.peer.flush()
    await scene.peer.end_of(stream)
    for connection in scene.backend.connections:
        await connection.closed.wait()
        assert b"secret" not in connection.received


async def test_a_body_shorter_than_announced(scene: Scene) -> None:
    """The backend must not take the next request for the rest of this one."""
    stream = await scene.open(b"hell", method="POST", body="sized", size=5)
    assert type(await scene.peer.end_of(stream)).__name__ == "ResetReceived"
    other = await scene.open()
    assert isinstance(await scene.peer.message(other), Opened)
    for data in scene.backend.received:
        assert not (b"POST" in data and b"GET" in data)


async def test_raw_bytes_before_the_backend_has_switched(scene: Scene) -> None:
    stream = await scene.open(b"GET /secret HTTP/1.1\r\n\r\n", target="/open/live", upgrade=True, fin=False)
    assert await scene.refusal(stream) == "connector.open-invalid"
    assert b"secret" not in b"".join(scene.backend.received)


async def test_raw_bytes_after_the_backend_has_declined(scene: Scene) -> None:
    stream = await scene.open(target="/open/live", upgrade=True, fin=False)
    assert isinstance(await scene.peer.message(stream), Opened)
    assert isinstance(await scene.peer.message(stream), Head)
    scene.peer.mux.send(stream, b"GET /secret HTTP/1.1\r\n\r\n", fin=True)
    await scene.peer.flush()
    await test_an_honest_request_passes_again(scene)
    assert b"secret" not in b"".join(scene.backend.received)


async def test_an_honest_request_passes_again(scene: Scene) -> None:
    stream = await scene.open(conn="another")
    assert isinstance(await scene.peer.message(stream), Opened)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"target": "/secret"}, "connector.resource-not-exposed"),
        ({"target": "/open/../secret"}, "connector.path-ambiguous"),
        ({"host": "127.0.0.1"}, "connector.system-not-exposed"),
        ({"port": 81}, "connector.system-not-exposed"),
        ({"upgrade": True}, "connector.upgrade-not-allowed"),
    ],
)
async def test_the_connector_decides_alone(scene: Scene, fields: dict[str, Any], code: str) -> None:
    assert await scene.refusal(await scene.open(**fields)) == code
    assert not scene.backend.connections


@pytest.mark.parametrize("garbage", [b"", b"\xff\xff\xff\xff", b"\0\0\0\2{}", b"\0\0\0\1[", encode(Opened())])
async def test_streams_that_begin_with_something_else(scene: Scene, garbage: bytes) -> None:
    stream = scene.peer.mux.open()
    scene.peer.mux.send(stream, garbage, fin=True)
    await scene.peer.flush()
    assert await scene.refusal(stream) == "connector.open-invalid"
    await test_an_honest_request_passes(scene)


async def disconnected(scene: Scene) -> Disconnected:
    async with asyncio.timeout(10):
        while not isinstance(event := await scene.events.get(), Disconnected):
            pass
    return event


@pytest.mark.parametrize(
    "garbage", [b"\xff" * 100, header(DATA, SYN, 1, 0), header(DATA, 0, 2**20, 5), b"HTTP/1.1 200 OK\r\n\r\n"]
)
async def test_garbage_instead_of_frames(scene: Scene, garbage: bytes) -> None:
    scene.peer.writer.write(garbage)
    event = await disconnected(scene)
    assert event.reason.code == "tunnel.protocol-error"
    assert event.retry_in is not None
    await scene.gateway.tunnel()


@pytest.mark.parametrize("message", [b"\0\0\0\2{}", encode(Opened()), encode(Hello(1, "", "", "", ""))])
async def test_control_messages_that_make_no_sense(scene: Scene, message: bytes) -> None:
    scene.peer.mux.send(scene.control, message)
    await scene.peer.flush()
    assert (await disconnected(scene)).reason.code == "tunnel.protocol-error"


async def test_a_farewell_with_an_unknown_reason(scene: Scene) -> None:
    scene.peer.mux.send(scene.control, encode(Farewell("no.such-code")))
    await scene.peer.flush()
    scene.peer.writer.close()
    event = await disconnected(scene)
    assert event.reason.code == "tunnel.unknown-fault"
    assert event.retry_in is not None


async def test_a_farewell_that_forbids_to_come_back(scene: Scene) -> None:
    scene.peer.mux.send(scene.control, encode(Farewell("tunnel.replaced")))
    await scene.peer.flush()
    scene.peer.writer.close()
    assert (await disconnected(scene)).retry_in is None
    assert (await scene.done).code == "tunnel.replaced"


async def say(connection: Connection, text: bytes) -> None:
    await connection.head()
    connection.send(text)
    connection.writer.close()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 403 No\r\nContent-Length: 4000000000\r\n\r\n",
        b'HTTP/1.1 403 No\r\nContent-Length: 30\r\n\r\n{"fault": {"code": 1}}' + b" " * 8,
        b"HTTP/1.1 403 No\r\nContent-Length: 50000\r\n\r\n" + b"[" * 50_000,
    ],
)
async def test_a_server_that_is_no_gateway(folder: Path, text: bytes) -> None:
    ca = authority("x")
    async with fake_gateway(folder, ca) as gateway:
        tls = server_context(issue(ca), folder)
        async with raw_backend(lambda connection: say(connection, text), tls) as server:
            state = replace(gateway.state, gateways=(f"127.0.0.1:{server.port}",))
            async with running(state, 1) as (events, _):
                event = await asyncio.wait_for(events.get(), 10)
    assert event.reason.code == "tunnel.gateway-odd-answer"
    assert event.retry_in is not None


async def test_a_gateway_that_hangs_up_once_is_not_said_to_refuse_the_certificate(folder: Path) -> None:
    """It may have been killed between handshake and answer; the connector's certificate is in order."""
    answers = [b"", b"HTTP/1.1 403 No\r\nContent-Length: %d\r\n\r\n" % len(FOREIGN) + FOREIGN]

    async def restarts(connection: Connection) -> None:
        await say(connection, answers.pop(0))

    ca = authority("x")
    async with fake_gateway(folder, ca) as gateway:
        tls = server_context(issue(ca), folder)
        async with raw_backend(restarts, tls) as server:
            state = replace(gateway.state, gateways=(f"127.0.0.1:{server.port}",))
            async with running(state, 1) as (events, _):
                event = await asyncio.wait_for(events.get(), 10)
    assert event.reason.code == "tunnel.gateway-odd-answer"
    assert event.retry_in is not None


async def test_a_server_without_tls_or_without_answer(folder: Path) -> None:
    async def silent(connection: Connection) -> None:
        await connection.rest()

    async with fake_gateway(folder) as gateway, raw_backend(silent) as server:
        state = replace(gateway.state, gateways=(f"127.0.0.1:{server.port}",))
        async with running(state, 1) as (events, _):
            event = await asyncio.wait_for(events.get(), 10)
    assert event.reason.code == "tunnel.gateway-odd-answer"
    assert event.retry_in is not None
