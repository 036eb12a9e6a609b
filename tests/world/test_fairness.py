"""One slow backend, an unread answer, a big transfer, a thousand slow readers: the others do not notice.

LANDBRIDGE_MEMORY_REPORT names a file for the figures.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from landbridge.settings import TunnelSettings
from landbridge.testing.leaks import holdings, resident, until_like
from landbridge.testing.world import World, world
from tests.world.client import Client, request

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(240)]

MIB = 2**20
QUICK = 2.0
"""Seconds for the p99 of small requests, loosely: other work may keep the machine busy."""
SMALL = 300
READERS = 1000


def note(figure: str) -> None:
    if report := os.environ.get("LANDBRIDGE_MEMORY_REPORT"):
        with Path(report).open("a") as file:
            file.write(f"{figure}\n")


async def small_requests(running: World, token: str, count: int = SMALL) -> float:
    """The p99 of small requests, in seconds; every one of them succeeds."""
    times = []
    loop = asyncio.get_running_loop()
    async with await Client.open(running.door) as client:
        for _ in range(count):
            begin = loop.time()
            assert (await client.ask(request("http://erp.virtual/echo", token))).status == 200
            times.append(loop.time() - begin)
            await asyncio.sleep(0.002)
    return statistics.quantiles(times, n=100)[98]


@contextlib.asynccontextmanager
async def slow_backends(running: World, token: str) -> AsyncIterator[None]:
    """Fifty requests that wait for an answer."""
    async with contextlib.AsyncExitStack() as opened:
        for _ in range(50):
            client = await opened.enter_async_context(await Client.open(running.door))
            await client.send(request("http://erp.virtual/silent", token))
        await running.backend.until(lambda backend: backend.connections.open >= 50)
        yield


@contextlib.asynccontextmanager
async def unread_answer(running: World, token: str) -> AsyncIterator[None]:
    async with await Client.open(running.door, limit=2**10) as client:
        await client.send(request(f"http://erp.virtual/large?bytes={1024 * MIB}", token))
        await client.reader.readuntil(b"\r\n\r\n")
        yield


@contextlib.asynccontextmanager
async def big_transfer(running: World, token: str) -> AsyncIterator[None]:
    """A download of ten GiB, as fast as it goes."""
    async with await Client.open(running.door) as client:
        await client.send(request(f"http://erp.virtual/large?bytes={10 * 1024 * MIB}", token))
        read = asyncio.create_task(_read(client))
        try:
            yield
        finally:
            assert not read.done(), "the transfer ended before the small requests did"
            read.cancel()
            await asyncio.gather(read, return_exceptions=True)


async def _read(client: Client) -> None:
    while await client.reader.read(MIB):
        pass


LOADS: dict[str, Callable[[World, str], contextlib.AbstractAsyncContextManager[None]]] = {
    "slow backend": slow_backends,
    "unread answer": unread_answer,
    "big transfer": big_transfer,
}


@pytest.mark.parametrize("load", LOADS)
async def test_small_requests_stay_quick(tmp_path: Path, load: str) -> None:
    async with world(tmp_path) as running:
        token = await running.token()
        alone = await small_requests(running, token)
        before = holdings(running)
        async with LOADS[load](running, token):
            p99 = await small_requests(running, token)
        note(f"{load}: p99 of small requests {p99 * 1000:.1f} ms, alone {alone * 1000:.1f} ms")
        assert p99 < QUICK
        await until_like(running, before)


async def slow_readers(running: World, token: str, opened: contextlib.AsyncExitStack) -> list[Client]:
    clients = []
    for _ in range(READERS):
        client = Client(*await asyncio.open_connection(*running.door, limit=2**8))
        opened.callback(client.abort)
        await client.send(request(f"http://erp.virtual/large?bytes={64 * MIB}", token))
        clients.append(client)
    return clients


async def until(condition: Callable[[], bool], nap: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Wait for something that nobody announces."""
    async with asyncio.timeout(60):
        while not condition():
            await nap(0.05)


async def test_a_thousand_slow_readers_hold_no_more_than_the_budget(tmp_path: Path) -> None:
    """A small budget is used up by the first of them; the others are refused by name, and memory stays."""
    tunnel = TunnelSettings(tenant_budget=32 * MIB)
    async with world(tmp_path, tunnel=tunnel) as running:
        token = await running.token()
        before = holdings(running)
        memory = resident()
        async with contextlib.AsyncExitStack() as opened:
            clients = await slow_readers(running, token, opened)
            session = running.cloud.gateway.registry.sessions()[0]
            await until(lambda: session.mux.budget.exhausted)
            assert await small_answer(running, token) == (503, "tunnel.overloaded")
            # Beyond the budget there is only what was granted before it was used up: the first credit of each stream.
            streams = len(session.mux.streams)
            first_credit = 256 * 1024
            assert session.mux.budget.used <= tunnel.tenant_budget + streams * first_credit
            # In this process are also the connector with its queues, the backend, and clients with a little each.
            assert resident() - memory < 2 * tunnel.tenant_budget + 3 * streams * first_credit + READERS * 32 * 1024
            note(f"{READERS} slow readers: {(resident() - memory) / MIB:.0f} MiB in all, {streams} streams")
            other = await running.token("globex")
            assert (await small_answer(running, other))[1] == "tunnel.no-connector"
            assert len(clients) == READERS
        await until_like(running, before, 30)
        assert session.mux.budget.used == 0
        assert await small_requests(running, token, 20) < QUICK


async def small_answer(running: World, token: str) -> tuple[int, str | None]:
    async with await Client.open(running.door) as client:
        answer = await client.ask(request("http://erp.virtual/echo", token))
        return answer.status, answer.fault
