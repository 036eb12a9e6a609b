"""Clients that only want to harm: floods of TLS handshakes that fail, and connections that say a little and then wait.

On every listener, while ordinary requests go on and stay quick.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import statistics
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from cryptography.x509.oid import NameOID

from landbridge.connector.gateway_request import client_context
from landbridge.settings import DoorSettings
from landbridge.testing.leaks import holdings, until_like
from landbridge.testing.world import World, world
from tests.world.certificates import authority, issue
from tests.world.client import Client, request

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(180)]

QUICK = 2.0
"""Seconds that an ordinary request may take meanwhile, at the 99th percentile, on a busy machine with two cores."""
IDLERS = 200
PROBES = 60


@pytest.fixture(scope="module")
async def running(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One world for all floods: after each it holds nothing more than before."""
    async with world(tmp_path_factory.mktemp("world"), door=DoorSettings(head_timeout=3.0)) as one:
        yield one


@contextlib.asynccontextmanager
async def probed(running: World) -> AsyncIterator[None]:
    """Ordinary requests to door and API while the block runs; they succeed, and quickly."""
    token = await running.token()
    times: list[float] = []
    loop = asyncio.get_running_loop()

    async def ordinary() -> None:
        async with await Client.open(running.door) as client, httpx.AsyncClient(trust_env=False) as api:
            while True:
                begin = loop.time()
                assert (await client.ask(request("http://erp.virtual/echo", token))).status == 200
                assert (await api.get(f"{running.cloud.api_url}/token_keys")).status_code == 200
                times.append(loop.time() - begin)
                await asyncio.sleep(0.01)

    task = asyncio.create_task(ordinary())
    try:
        yield
        async with asyncio.timeout(60):
            while len(times) < PROBES and not task.done():  # noqa: ASYNC110 - the end of a number of requests
                await asyncio.sleep(0.05)
    finally:
        task.cancel()
        ended = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(ended[0], asyncio.CancelledError), ended
    assert statistics.quantiles(times, n=100)[98] < QUICK


async def test_a_flood_of_tunnels_with_bad_certificates(running: World) -> None:
    """Certificates of another authority, none at all, and bytes that are no TLS."""
    other = authority("somebody else")
    mine = issue(other, (NameOID.COMMON_NAME, "c0ffee00-0000-4000-8000-000000000001"))
    ca = (await running.cloud.invite("acme")).ca_pem
    foreign = client_context(ca, mine.certificate_pem, mine.key_pem)
    bare = ssl.create_default_context(cadata=ca)
    before = holdings(running)

    async def attack(number: int) -> None:
        port = running.cloud.gateway.tunnel_port
        context = (foreign, bare, None)[number % 3]
        with contextlib.suppress(OSError, EOFError):
            reader, writer = await asyncio.open_connection("localhost", port, ssl=context)
            try:
                writer.write(b"nonsense\r\n\r\n")
                async with asyncio.timeout(20):
                    await reader.read()
            finally:
                writer.transport.abort()

    async def attacker(numbers: range) -> None:
        for number in numbers:
            await attack(number)

    async with probed(running):
        await asyncio.gather(*(attacker(range(40)) for _ in range(10)))
    await until_like(running, before)
    assert len(running.cloud.gateway.connectors()) == 1


LISTENERS: dict[str, Callable[[World], int]] = {
    "8080 API": lambda running: running.cloud.ports.http,
    "8444 API over TLS": lambda running: running.cloud.ports.https,
    "20003 HTTP door": lambda running: running.cloud.gateway.door_port,
    "20004 SOCKS5 door": lambda running: running.cloud.gateway.socks_port,
    "8042 tunnels": lambda running: running.cloud.gateway.tunnel_port,
}
BEGINNINGS = (b"", b"GET / HTTP/1.1\r\nHo", b"\x05\x01\x80\x01\x00\x00", b"\x16\x03\x01\x02\x00\x01\x00")


@pytest.mark.parametrize("listener", LISTENERS)
async def test_clients_that_dribble_keep_nobody_waiting(running: World, listener: str) -> None:
    before = holdings(running)
    port = LISTENERS[listener](running)
    async with contextlib.AsyncExitStack() as opened:
        writers = []
        for number in range(IDLERS):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            opened.callback(writer.transport.abort)
            writer.write(BEGINNINGS[number % len(BEGINNINGS)])
            writers.append(writer)

        async def dribble() -> None:
            while True:
                for writer in writers:
                    writer.write(b"x")
                await asyncio.sleep(0.2)

        dribbling = asyncio.create_task(dribble())
        async with probed(running):
            pass
        dribbling.cancel()
    await until_like(running, before)
