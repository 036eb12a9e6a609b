"""Connectors with a good certificate that break the protocol (yamux.md, design §5)."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from landbridge.connector.state.files import ConnectorState
from landbridge.model.landscape import ConnectorContent
from landbridge.settings import DoorSettings, TunnelSettings
from landbridge.testing.world import ACME, World, world
from landbridge.wire.frames import DATA, FIN, GO_AWAY, INITIAL_WINDOW, PING, SYN, WINDOW, header
from landbridge.wire.messages import Head, Open, Opened, Refused, Welcome, encode
from landbridge.wire.mux import OVERRUN_LIMIT
from tests.world.client import Client, ask, request
from tests.world.peers import FakeConnector, context_of, tunnel_port

pytestmark = pytest.mark.anyio


@pytest.fixture
async def state(erp: World) -> ConnectorState:
    """An enrolled connector at location `fake` that does not run."""
    if "fake" not in erp.connectors:
        running = await erp.add_connector(ConnectorContent("fake", ACME, "fake"))
        await running.connector.stop()
        await running.done
    return erp.connectors["fake"].state


async def healthy(erp: World) -> bool:
    """The honest connector of the same tenant is not affected."""
    return (await ask(erp.door, request("http://erp.virtual/echo", await erp.token()))).status == 200


FAKE = "SAP-Connectivity-SCC-Location_ID: fake"


async def test_plain_bytes_instead_of_tls(erp: World) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", erp.cloud.gateway.tunnel_port)
    writer.write(b"GET /healthcheck HTTP/1.1\r\nHost: g\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        assert b"HTTP" not in await reader.read()
    writer.transport.abort()
    assert await healthy(erp)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff" * 100,
        b"GET / HTTP/1.1\r\n\r\n",
        header(9, 0, 0, 0),
        header(DATA, 0, 77, 0),
        header(DATA, SYN, 2, 0),
        header(DATA, SYN, 1, 0),
        header(DATA, FIN, 0, 5),
        header(WINDOW, 0, 1, 2**32 - 1) * 2,
        header(PING, 0, 0, 1),
        header(PING, SYN, 7, 1),
        header(GO_AWAY, 0, 7, 1),
        b"\x01" + header(DATA, 0, 0, 0)[1:],
    ],
)
async def test_garbage_instead_of_frames(erp: World, state: ConnectorState, garbage: bytes) -> None:
    async with FakeConnector.dial(erp, state) as peer:
        await peer.welcome()
        peer.writer.write(garbage)
        assert await peer.gone() == 1, "GoAway with a protocol error"
    assert await healthy(erp)


@pytest.mark.parametrize(
    "message",
    [b"\xff\xff\xff\xff", b"\0\0\0\2{}", b"\0\0\0\1[", encode(Welcome("s", 0, 1, 1)), encode(Opened())],
)
async def test_control_messages_that_make_no_sense(erp: World, state: ConnectorState, message: bytes) -> None:
    async with FakeConnector.dial(erp, state) as peer:
        await peer.welcome()
        peer.mux.send(peer.control, message)
        await peer.flush()
        assert await peer.farewell() == "tunnel.protocol-error"
        await peer.gone()
    assert await healthy(erp)


async def test_nonsense_right_behind_hello(erp: World, state: ConnectorState) -> None:
    """The tunnel ends before it was taken: it must not be taken afterwards, however slowly the connector goes."""
    async with FakeConnector.dial(erp, state, behind=b"\0\0\0\2{}") as peer:
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await erp.cloud.gateway.wait_for_connector(ACME, "fake")
        peer.writer.transport.resume_reading()  # type: ignore[attr-defined]
        assert await peer.farewell() == "tunnel.protocol-error"


async def test_a_tunnel_of_another_version(erp: World, state: ConnectorState) -> None:
    async with FakeConnector.dial(erp, state, version=99) as peer:
        assert await peer.farewell() == "tunnel.version-unsupported"
        await peer.gone()


async def test_another_connectors_location(erp: World, state: ConnectorState) -> None:
    async with FakeConnector.dial(erp, state, location="") as peer:
        assert await peer.farewell() == "tunnel.location-taken"
        await peer.gone()
    assert await healthy(erp)


async def test_a_second_run_replaces_the_first_and_the_first_is_a_clone(erp: World, state: ConnectorState) -> None:
    async with FakeConnector.dial(erp, state, run_id="one") as first:
        await first.welcome()
        async with FakeConnector.dial(erp, state, run_id="two") as second:
            await second.welcome()
            assert await first.farewell() == "tunnel.replaced"
            async with FakeConnector.dial(erp, state, run_id="one") as third:
                assert await third.farewell() == "tunnel.cloned"
            status = [status for status in erp.cloud.gateway.connectors() if status.location_id == "fake"]
            assert [entry.connections for entry in status] == [1]


async def test_streams_that_the_connector_opens_are_refused(
    erp: World, state: ConnectorState, caplog: pytest.LogCaptureFixture
) -> None:
    async with FakeConnector.dial(erp, state) as peer:
        await peer.welcome()
        for _ in range(5):
            stream = peer.mux.open()
            peer.mux.send(stream, encode(Open("tcp", "erp.virtual", 80, "c", "r")))
            await peer.flush()
            assert type(await peer.end_of(stream)).__name__ == "FinReceived"
    assert [record.__dict__["fault"] for record in caplog.records if "connector" in record.__dict__] == [
        "channel.stream-refused"
    ] * 5


async def test_credit_that_is_overrun(erp: World, state: ConnectorState) -> None:
    """The stream dies; after many of them the connection does."""
    token = await erp.token()
    async with FakeConnector.dial(erp, state) as peer:
        await peer.welcome()
        for number in range(OVERRUN_LIMIT + 1):
            call = asyncio.create_task(ask(erp.door, request("http://erp.virtual/", token, FAKE)))
            stream, _ = await peer.opened()
            peer.writer.write(header(DATA, 0, stream.id, INITIAL_WINDOW + 1) + bytes(INITIAL_WINDOW + 1))
            answer = await call
            lost = "tunnel.aborted" if number < OVERRUN_LIMIT else "tunnel.protocol-error"
            assert answer.fault == lost
            assert answer.body
        assert await peer.gone() == 1
    assert await healthy(erp)


async def test_a_revoked_connector_that_stays(folder: Path) -> None:
    """It ignores the farewell and keeps its connection open: nothing is sent to it any more."""
    async with world(folder, connectors=()) as running:
        enrolled = await running.add_connector(ConnectorContent("fake", ACME))
        await enrolled.connector.stop()
        data = request("http://erp.virtual/", await running.token())
        async with FakeConnector.dial(running, enrolled.state) as peer, await Client.open(running.door) as client:
            await peer.welcome()
            await client.send(data)
            stream, _ = await peer.opened()
            peer.mux.send(stream, encode(Opened()) + encode(Head(204)), fin=True)
            await peer.flush()
            assert (await client.answer()).status == 204
            peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
            await running.cloud.administration.revoke(enrolled.state.connector_id)
            assert (await client.ask(data)).fault == "tunnel.no-connector"
            assert (await ask(running.door, data)).fault == "tunnel.no-connector"
            assert not running.cloud.gateway.connectors()


async def test_answers_that_break_the_protocol(erp: World, state: ConnectorState) -> None:
    token = await erp.token()
    odd = {
        encode(Head(200)): (502, "tunnel.protocol-error"),
        encode(Opened()) + encode(Head(200, "", "none", -1, 9)) + b"A: b\r\n\r\nC": (502, "tunnel.protocol-error"),
        encode(Refused("no.such-fault")): (502, "tunnel.unknown-fault"),
        encode(Refused("backend.refused")): (502, "tunnel.unknown-fault"),
        encode(Refused("proxy.bad-request", {"reason": "a\r\nX-Injected: 1"})): (400, "proxy.bad-request"),
    }
    async with FakeConnector.dial(erp, state) as peer:
        await peer.welcome()
        for data, expected in odd.items():
            call = asyncio.create_task(ask(erp.door, request("http://erp.virtual/", token, FAKE)))
            stream, _ = await peer.opened()
            peer.mux.send(stream, data)
            await peer.flush()
            answer = await call
            assert (answer.status, answer.fault) == expected
            assert answer.header("x-injected") is None
    assert await healthy(erp)


async def test_no_hello(erp: World, state: ConnectorState) -> None:
    """Without Hello there is no connector, whatever else is sent."""
    reader, writer = await tunnel_port(erp, context_of(state))
    writer.write(b"GET /tunnel HTTP/1.1\r\nHost: g\r\nUpgrade: landbridge-tunnel/1\r\n\r\n" + header(PING, SYN, 0, 7))
    await reader.readuntil(b"\r\n\r\n")
    assert (await reader.readexactly(12))[-1] == 7, "it is alive"
    answer = await ask(erp.door, request("http://erp.virtual/", await erp.token(), FAKE))
    assert answer.fault == "tunnel.unknown-location"
    writer.transport.abort()


async def test_a_connector_that_never_answers(folder: Path) -> None:
    async with world(folder, connectors=(), door=DoorSettings(open_timeout=0.2)) as running:
        enrolled = await running.add_connector(ConnectorContent("fake", ACME))
        await enrolled.connector.stop()
        async with FakeConnector.dial(running, enrolled.state) as peer, await Client.open(running.door) as client:
            await peer.welcome()
            answer = await client.ask(request("http://erp.virtual/", await running.token()))
            assert (answer.status, answer.fault) == (504, "tunnel.open-timeout")
            stream, _ = await peer.opened()
            assert type(await peer.end_of(stream)).__name__ in ("ResetReceived", "FinReceived")


async def test_more_streams_than_allowed(folder: Path) -> None:
    tunnel = TunnelSettings(stream_limit=3)
    async with world(folder, tunnel=tunnel) as running:
        token = await running.token()
        clients = [await Client.open(running.door) for _ in range(4)]
        for client in clients[:3]:
            await client.send(request("http://erp.virtual/silent", token))
        await running.backend.until(lambda backend: backend.connections.open == 3)
        answer = await clients[3].ask(request("http://erp.virtual/echo", token))
        assert (answer.status, answer.fault) == (503, "tunnel.overloaded")
        clients[0].abort()
        await running.backend.until(lambda backend: backend.connections.open == 2)
        assert (await clients[3].ask(request("http://erp.virtual/echo", token))).status == 200
        for client in clients:
            client.abort()
