"""Failures on request at the SOCKS5 door: each effect, and which connections it meets."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from landbridge.data_folder import read_admin_token
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Protocol
from landbridge.testing.world import ACME, World, world
from tests.world.backends import tcp_server
from tests.world.test_injection import calls, inject
from tests.world.test_socks import SUCCESS, connect, count, echo, handshake, refused

pytestmark = pytest.mark.anyio
SIZE = 100_000
BODY = bytes(range(250)) * (SIZE // 250)
PLANT = base64.b64encode(b"plant-1")


async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that speaks first, and ends."""
    writer.write(BODY)
    writer.close()


@pytest.fixture(scope="module")
async def shared(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Two connectors, each with a system that echoes and one that tells."""
    async with tcp_server(echo) as echoing, tcp_server(tell) as telling:
        mappings = (
            Mapping("db.virtual", 5432, "127.0.0.1", echoing, protocol=Protocol.TCP),
            Mapping("tale.virtual", 1, "127.0.0.1", telling, protocol=Protocol.TCP),
        )
        contents = [ConnectorContent(f"at {place}", ACME, place, mappings=mappings) for place in ("", "plant-1")]
        async with world(tmp_path_factory.mktemp("world"), connectors=contents) as running:
            yield running


@pytest.fixture
async def admin(shared: World) -> AsyncIterator[httpx.AsyncClient]:
    """The admin API; afterwards nothing fails any more."""
    token = read_admin_token(shared.cloud.settings.data).reveal()
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=shared.cloud.api_url, headers=headers, timeout=20) as client:
        yield client
        await client.delete("/admin/dev/injections")


def reply(code: int) -> bytes:
    return SUCCESS[:4] + bytes((5, code, 0, 1)) + bytes(6)


async def talk(running: World, location: bytes = b"", host: str = "db.virtual", port: int = 5432) -> bytes:
    """All that comes to a client that says hello and no more."""
    sent = handshake(await running.token(), location, host, port) + b"hello"
    reader, writer = await connect(running)
    writer.write(sent)
    writer.write_eof()
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


WHOLE = SUCCESS + b"hello<end>"


async def test_a_reply_code(shared: World, admin: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    row = await inject(admin, "socks", "reply", reply=5, nth=1)
    before = count(shared, "proxy.injected")
    assert await talk(shared) == reply(5)
    assert count(shared, "proxy.injected") == before + 1
    (logged,) = [record.__dict__ for record in caplog.records if record.message == "injected"]
    assert logged["injected"] == f"reply; number={row['number']}"
    assert await talk(shared) == WHOLE
    assert await calls(admin) == [2]


async def test_a_lost_connector(shared: World, admin: httpx.AsyncClient) -> None:
    await inject(admin, "socks", "lost-connector")
    before = count(shared, "tunnel.no-connector")
    assert await refused(shared, handshake(await shared.token())) == reply(3)
    assert count(shared, "tunnel.no-connector") == before + 1


async def test_a_reset_in_place_of_a_reply(shared: World, admin: httpx.AsyncClient) -> None:
    await inject(admin, "socks", "refuse")
    with pytest.raises(ConnectionResetError):
        await talk(shared)


async def test_a_reply_that_comes_later(shared: World, admin: httpx.AsyncClient) -> None:
    await inject(admin, "socks", "delay", seconds=0.3)
    began = time.monotonic()
    reader, writer = await connect(shared)
    writer.write(handshake(await shared.token(), b"", "tale.virtual", 1))
    async with asyncio.timeout(10):
        assert await reader.readexactly(4) == SUCCESS[:4]
        assert await reader.readexactly(10) == SUCCESS[4:]
        assert time.monotonic() - began >= 0.3
        assert await reader.read() == BODY
    writer.close()
    assert await talk(shared) == WHOLE


async def test_a_connection_that_is_cut(shared: World, admin: httpx.AsyncClient) -> None:
    await inject(admin, "socks", "cut", size=5000)
    reader, writer = await connect(shared)
    writer.write(handshake(await shared.token(), b"", "tale.virtual", 1) + b"x")
    async with asyncio.timeout(10):
        assert await reader.readexactly(len(SUCCESS)) == SUCCESS
        got = bytearray()
        with pytest.raises(ConnectionResetError):
            while data := await reader.read(65_536):
                got += data
    writer.close()
    assert bytes(got) == BODY[:5000]


async def test_a_slow_connection(shared: World, admin: httpx.AsyncClient) -> None:
    await inject(admin, "socks", "throttle", size=2 * SIZE)
    began = time.monotonic()
    assert await talk(shared, host="tale.virtual", port=1) == SUCCESS + BODY
    assert time.monotonic() - began >= 0.4


async def test_a_slow_connection_whose_client_goes(shared: World, admin: httpx.AsyncClient) -> None:
    await inject(admin, "socks", "throttle", size=1000)
    reader, writer = await connect(shared)
    writer.write(handshake(await shared.token(), b"", "tale.virtual", 1) + b"x")
    await reader.readexactly(len(SUCCESS) + 1)
    writer.transport.abort()
    async with asyncio.timeout(10):
        while shared.cloud.gateway.socks_door.connections:  # noqa: ASYNC110 - the door forgets when it is told
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("wish", "met"),
    [
        ({}, "abc"),
        ({"system": "DB.virtual:5432"}, "ab"),
        ({"system": "tale.virtual:1"}, "c"),
        ({"system": "db.virtual:5433"}, ""),
        ({"location": "plant-1"}, "b"),
        ({"location": ""}, "ac"),
        ({"subaccount": "acme", "nth": 2}, "b"),
        ({"subaccount": "globex"}, ""),
    ],
)
async def test_only_what_was_meant_fails(
    shared: World, admin: httpx.AsyncClient, wish: dict[str, object], met: str
) -> None:
    await inject(admin, "socks", "reply", reply=4, **wish)
    answers = {
        "a": await talk(shared),
        "b": await talk(shared, PLANT),
        "c": await talk(shared, host="tale.virtual", port=1),
    }
    assert "".join(name for name, answer in answers.items() if answer == reply(4)) == met
    assert all(answer.startswith(SUCCESS) for name, answer in answers.items() if name not in met)


async def test_nothing_fails_once_it_is_taken_back(shared: World, admin: httpx.AsyncClient) -> None:
    await inject(admin, "socks", "reply")
    assert await talk(shared) == reply(1)
    await admin.delete("/admin/dev/injections")
    assert shared.cloud.gateway.socks_door.meddler is None
    assert await talk(shared) == WHOLE
