"""Lines and heads that are too long or too slow (connectivity-proxy §4.2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from landbridge.settings import DoorSettings
from landbridge.testing.world import World, world
from tests.world.client import PATIENCE, Client, End, ask, request

pytestmark = pytest.mark.anyio


def line_of(size: int, start: str, end: str = "") -> str:
    return start + "x" * (size - len(start) - len(end)) + end


async def test_request_line_of_8192_bytes_passes(erp: World) -> None:
    target = line_of(8192, "GET http://erp.virtual/echo?", " HTTP/1.1").split(" ")[1]
    assert (await ask(erp.door, request(target, await erp.token()))).status == 200


async def test_request_line_of_8193_bytes_is_refused(erp: World) -> None:
    target = line_of(8193, "GET http://erp.virtual/echo?", " HTTP/1.1").split(" ")[1]
    answer = await ask(erp.door, request(target, await erp.token()))
    assert (answer.status, answer.fault) == (414, "proxy.request-line-too-long")
    assert answer.body == b"The request line is 8193 bytes long; 8192 are allowed."
    assert not erp.backend.seen


async def test_header_line_of_8192_bytes_passes(erp: World) -> None:
    answer = await ask(erp.door, request("http://erp.virtual/echo", await erp.token(), line_of(8192, "X-Long: ")))
    assert len(dict(answer.json["headers"])["X-Long"]) == 8192 - len("X-Long: ")


async def test_header_line_of_8193_bytes_is_refused(erp: World) -> None:
    answer = await ask(erp.door, request("http://erp.virtual/echo", await erp.token(), line_of(8193, "X-Long: ")))
    assert (answer.status, answer.fault) == (431, "proxy.header-too-long")
    assert answer.body == b"Header 'X-Long' is 8193 bytes long; 8192 are allowed."
    assert not erp.backend.seen


async def test_limits_hold_before_the_head_is_complete(erp: World) -> None:
    async with await Client.open(erp.door) as client:
        answer = await client.ask(b"GET " + b"x" * 20_000)
        assert (answer.status, answer.fault) == (414, "proxy.request-line-too-long")
        assert await client.ended() in End


async def test_too_many_headers(erp: World) -> None:
    lines = [line_of(1000, f"X-{number}: ") for number in range(70)]
    answer = await ask(erp.door, request("http://erp.virtual/echo", await erp.token(), *lines))
    assert (answer.status, answer.fault) == (431, "proxy.head-too-large")
    assert not erp.backend.seen


async def test_a_thousand_small_headers_pass(erp: World) -> None:
    lines = [f"X-{number}: {number}" for number in range(1000)]
    answer = await ask(erp.door, request("http://erp.virtual/echo", await erp.token(), *lines))
    assert len(answer.json["headers"]) == 1001


async def test_long_lines_pass_when_the_setting_allows_them(folder: Path) -> None:
    generous = DoorSettings(line_limit=200_000, head_limit=400_000)
    async with world(folder, door=generous) as running:
        token = await running.token()
        answer = await ask(running.door, request("http://erp.virtual/echo", token, line_of(100_000, "X-Long: ")))
        assert answer.status == 200
        line = "SAP-Connectivity-Authentication: Bearer " + "x" * 100_000
        answer = await ask(running.door, request("http://erp.virtual/echo", token, line))
        assert (answer.status, answer.fault) == (431, "proxy.head-too-large")
        assert (await ask(running.door, request("http://erp.virtual/echo", token))).status == 200


async def test_a_head_that_does_not_end(folder: Path) -> None:
    async with world(folder, door=DoorSettings(head_timeout=0.2)) as running:
        async with await Client.open(running.door) as client:
            answer = await client.ask(b"GET http://erp.virtual/ HTTP/1.1\r\nHost: erp")
            assert (answer.status, answer.fault) == (408, "proxy.request-timeout")
            assert answer.header("connection") == "close"
            assert await client.ended() is End.SHORT
        async with await Client.open(running.door) as client:
            assert await client.ended() is End.SHORT, "a client that says nothing"
        async with await Client.open(running.door) as client:
            token = await running.token()
            assert (await client.ask(request("http://erp.virtual/echo", token))).status == 200
            answer = await client.ask(b"GET http://erp.virtual/ HTTP/1.1\r\n")
            assert (answer.status, answer.fault) == (408, "proxy.request-timeout")


@pytest.fixture(scope="module")
async def hasty(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("world"), door=DoorSettings(body_timeout=0.2)) as running:
        yield running


@pytest.mark.parametrize("framing", ["Content-Length: 10", "Transfer-Encoding: chunked"])
async def test_a_body_that_does_not_end(hasty: World, framing: str) -> None:
    async with await Client.open(hasty.door) as client:
        data = request("http://erp.virtual/upload", await hasty.token(), framing, method="POST")
        answer = await client.ask(data + b"3\r\nabc\r\n")
        assert (answer.status, answer.fault) == (408, "proxy.body-timeout")
        assert answer.header("connection") == "close"
        assert await client.ended() is End.SHORT
    await hasty.backend.until(lambda backend: backend.connections.open == 0, PATIENCE)


async def test_an_answer_that_has_begun_is_cut_when_the_body_does_not_end(hasty: World) -> None:
    async with await Client.open(hasty.door) as client:
        line = "Content-Length: 10"
        target = "http://erp.virtual/large?bytes=100000000000"
        await client.send(request(target, await hasty.token(), line, method="POST"))
        await client.reader.readuntil(b"\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            while await client.reader.read(2**20):
                pass


async def test_a_body_that_moves_has_time(hasty: World) -> None:
    async with await Client.open(hasty.door) as client:
        target, line = "http://erp.virtual/upload", "Content-Length: 12"
        await client.send(request(target, await hasty.token(), line, method="POST"))
        for _ in range(12):
            await asyncio.sleep(0.1)
            await client.send(b"x")
        assert (await client.answer()).json["bytes"] == 12


async def test_no_limits_in_time(folder: Path) -> None:
    """Zero seconds means no limit (`DoorSettings`)."""
    unlimited = DoorSettings(head_timeout=0, idle_timeout=0, open_timeout=0, write_timeout=0, body_timeout=0)
    async with world(folder, door=unlimited) as running, await Client.open(running.door) as client:
        data = request("http://erp.virtual/slow?seconds=1.2", await running.token())
        assert (await client.ask(data)).status == 200
        await client.send(data[:20])
        async with await Client.open(running.door) as other:
            assert (await other.ask(data)).status == 200
        assert (await client.ask(data[20:])).status == 200


async def test_an_idle_connection_is_closed(folder: Path) -> None:
    async with world(folder, door=DoorSettings(idle_timeout=0.2)) as running:
        async with await Client.open(running.door) as client:
            assert (await client.ask(request("http://erp.virtual/echo", await running.token()))).status == 200
            assert await client.ended() is End.SHORT
        await running.backend.until(lambda backend: backend.connections.open == 0, PATIENCE)
