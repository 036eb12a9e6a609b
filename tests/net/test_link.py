"""The runner of a multiplexer, with a machine and a transport that the test plays."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from landbridge.net.link import Link

pytestmark = pytest.mark.anyio


class Machine:
    def __init__(self) -> None:
        self.queue: list[bytes] = []
        self.pings: list[int] = []
        self.received: list[bytes] = []

    @property
    def wants_write(self) -> bool:
        return bool(self.queue)

    def receive(self, data: bytes) -> Iterable[Any]:
        if data == b"bad":
            raise ValueError
        self.received.append(data)
        return [data]

    def take(self, size: int) -> list[bytes]:
        taken, self.queue = self.queue[:2], self.queue[2:]
        return taken

    def room_gained(self) -> Iterable[Any]:
        return []

    def ping(self, value: int) -> None:
        self.pings.append(value)


class Transport:
    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.ended = ""

    def write(self, data: bytes) -> None:
        assert not self.ended
        self.written.append(data)

    def is_closing(self) -> bool:
        return bool(self.ended)

    def close(self) -> None:
        self.ended = self.ended or "closed"

    def abort(self) -> None:
        self.ended = "aborted"

    def set_write_buffer_limits(self, high: int, low: int) -> None:
        assert high > low

    def get_extra_info(self, name: str) -> None:
        return None


class Owner:
    def __init__(self) -> None:
        self.told: list[Any] = []
        self.closed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def on_events(self, events: Iterable[Any]) -> None:
        self.told += events

    def on_broken(self, error: Exception) -> None:
        self.told.append(type(error))

    def on_closed(self, silent: bool) -> None:
        self.closed.set_result(silent)


class Scene:
    def __init__(self, interval: float = 60.0, timeout: float = 60.0) -> None:
        self.machine, self.owner, self.transport = Machine(), Owner(), Transport()
        self.link = Link(self.machine, self.owner, ping_interval=interval, ping_timeout=timeout)
        self.link.connection_made(self.transport)  # type: ignore[arg-type]

    async def turn(self) -> None:
        for _ in range(3):
            await asyncio.sleep(0)


async def test_writes_of_a_turn_leave_together() -> None:
    scene = Scene()
    await scene.turn()
    scene.machine.queue = [b"a", b"b"]
    scene.link.wake()
    scene.link.wake()
    assert scene.transport.written == []
    await scene.turn()
    assert scene.transport.written == [b"ab"]


async def test_a_full_transport_gets_no_more_until_it_resumes() -> None:
    scene = Scene()
    scene.link.pause_writing()
    scene.machine.queue = [b"a", b"b", b"c"]
    scene.link.wake()
    await scene.turn()
    assert scene.transport.written == []
    scene.link.resume_writing()
    assert scene.transport.written == [b"ab", b"c"]


@pytest.mark.parametrize("end", ["close", "abort"])
async def test_nothing_is_written_after_the_end(end: str) -> None:
    scene = Scene()
    getattr(scene.link, end)()
    scene.machine.queue = [b"late"]
    scene.link.wake()
    await scene.turn()
    assert scene.transport.written == []
    scene.link.connection_lost(None)
    scene.link.wake()
    await scene.turn()
    assert await scene.owner.closed is False


async def test_a_machine_that_refuses_ends_the_link() -> None:
    scene = Scene()
    scene.link.data_received(b"good")
    scene.machine.queue = [b"go away"]
    scene.link.data_received(b"bad")
    assert scene.owner.told == [b"good", ValueError]
    assert scene.transport.written == [b"go away"]
    assert scene.transport.ended == "closed"


async def test_a_silent_peer_is_given_up_and_a_talking_one_is_not() -> None:
    quiet, talking = Scene(0.15, 0.15), Scene(0.15, 0.15)
    async with asyncio.timeout(5):
        while not quiet.transport.ended:
            await asyncio.sleep(0.005)
            talking.link.data_received(b"x")
    assert quiet.transport.ended == "aborted"
    assert quiet.machine.pings[:1] == [1]
    assert not talking.transport.ended
    quiet.link.connection_lost(None)
    assert await quiet.owner.closed is True


async def test_the_round_trip_and_how_long_a_ping_is_unanswered() -> None:
    scene = Scene()
    assert scene.link.unanswered == 0.0
    await asyncio.sleep(0.002)
    scene.link.ping()
    await asyncio.sleep(0.002)
    assert scene.link.unanswered >= 0.002
    scene.link.ping_answered(scene.machine.pings[-1] + 1)
    assert scene.link.round_trip == 0.0
    scene.link.data_received(b"pong")
    scene.link.ping_answered(scene.machine.pings[-1])
    assert scene.link.unanswered == 0.0
    assert 0.002 <= scene.link.round_trip < 5
