"""A connection through the door that rests between two requests, whatever stands there in the door's place."""

from __future__ import annotations

import pytest

from landbridge.checks.http.url import Url
from landbridge.checks.observations import ConnectionRested
from landbridge.checks.probes.door import Passage
from landbridge.checks.surroundings import Door
from landbridge.model.secret import Secret
from tests.world.backends import NO_CONTENT, Connection, Script, always, closed_port, raw_backend

pytestmark = pytest.mark.anyio

PAUSE, SECONDS = 0.05, 0.3


async def rested(port: int) -> ConnectionRested:
    door = Door("127.0.0.1", port, Secret("Bearer t"))
    passage = Passage(Url("http", "erp.virtual", 80, "/"), door)
    return await passage.rested(PAUSE, SECONDS)


def once(then: Script) -> Script:
    """The first request of the first connection is answered; then comes `then`. Other connections are answered."""
    seen: list[Connection] = []

    async def script(connection: Connection) -> None:
        seen.append(connection)
        if len(seen) > 1:
            await always(NO_CONTENT)(connection)
        await connection.request()
        connection.send(NO_CONTENT)
        await connection.request()
        await then(connection)

    return script


async def silent(connection: Connection) -> None:
    """Says nothing more."""


async def gone(connection: Connection) -> None:
    connection.writer.close()


async def reset(connection: Connection) -> None:
    connection.reset()


async def garbage(connection: Connection) -> None:
    connection.send(b"\0\1\2" * 30_000)


async def endless(connection: Connection) -> None:
    while not connection.writer.is_closing():
        connection.send(b"X-Filler: " + b"x" * 4000)
        await connection.writer.drain()


async def test_a_connection_that_is_kept() -> None:
    async with raw_backend(always(NO_CONTENT)) as door:
        seen = await rested(door.port)
        assert len(door.connections) == 2, "two requests over the first one"
    assert (seen.before, seen.after, seen.anew, seen.good) == (204, 204, 204, True)


@pytest.mark.parametrize("then", [silent, gone, reset, garbage, endless])
async def test_a_connection_that_answers_no_more(then: Script) -> None:
    async with raw_backend(once(then)) as door:
        seen = await rested(door.port)
    assert (seen.before, seen.after, seen.anew) == (204, 0, 204)
    assert not seen.good
    assert seen.waited <= SECONDS * 1000 + 1000
    assert "then nothing after" in seen.line


async def test_our_own_fault_in_place_of_the_second_answer() -> None:
    refused = b"HTTP/1.1 504 Gateway Timeout\r\nX-Internal-Error-Code: backend.silent\r\nContent-Length: 0\r\n\r\n"

    async def then(connection: Connection) -> None:
        connection.send(refused)

    async with raw_backend(once(then)) as door:
        seen = await rested(door.port)
    assert (seen.code, seen.good) == ("backend.silent", False)


async def test_a_connection_that_is_not_kept_cannot_rest() -> None:
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    async with raw_backend(always(closing)) as door:
        seen = await rested(door.port)
    assert (seen.before, seen.after) == (0, 0)
    assert "could not rest" in seen.line


async def test_nobody_is_there() -> None:
    assert (await rested(closed_port())).before == 0
