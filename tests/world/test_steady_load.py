"""Half of what the programs can do at most, for a while: every answer right, memory flat.

LANDBRIDGE_SOAK_SECONDS makes it longer (3); LANDBRIDGE_SOAK_REPORT names a file for the figures.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import cast

import pytest

from tests.world.client import Client, request
from tests.world.processes import Installation, installation

SECONDS = float(os.environ.get("LANDBRIDGE_SOAK_SECONDS", "3"))
pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(SECONDS * 2 + 120)]

MIB = 2**20
CONNECTIONS = 32
PEAK_SECONDS = 1.5
ROOM = 8 * MIB
"""What a program may have more in the last third than in the second one."""
PATHS = ("/large?bytes=100",) * 19 + ("/large?bytes=60000",)


class Caller(asyncio.Protocol):
    """One kept-alive connection that knows, to the byte, what has to come."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._expected = 0
        self._answered: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own classes do not derive from it

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) >= self._expected and self._answered is not None and not self._answered.done():
            self._answered.set_result(self._received)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or EOFError("the door closed the connection"))

    async def ask(self, data: bytes, size: int) -> bytes:
        """`size` bytes of answer, or more."""
        assert self._transport is not None
        self._received, self._expected = b"", size
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        async with asyncio.timeout(20):
            return await self._answered

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


@dataclass
class Load:
    """What is asked, and what has to come."""

    running: Installation
    answers: dict[str, bytes] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    count: int = 0

    async def learn(self) -> None:
        """Answers as they are when nothing else goes on: of the size that was asked for."""
        for path in set(PATHS):
            size = int(path.partition("=")[2])
            async with await Client.open(self.running.door) as client:
                await client.send(self._request(path))
                head = await client.reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200 ")
                self.answers[path] = head + await client.reader.readexactly(size)

    def _request(self, path: str) -> bytes:
        return request(f"http://erp.virtual{path}", self.running.token)

    async def call(self, caller: Caller, path: str) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        expected = self.answers[path]
        assert await caller.ask(self._request(path), len(expected)) == expected
        self.count += 1
        self.latencies.append(loop.time() - began)


@asynccontextmanager
async def callers(running: Installation, number: int) -> AsyncIterator[list[Caller]]:
    loop = asyncio.get_running_loop()
    made = [(await loop.create_connection(Caller, *running.door))[1] for _ in range(number)]
    try:
        yield made
    finally:
        for caller in made:
            caller.close()


async def run(load: Load, seconds: float, rate: float = 0.0) -> float:
    """Ask for so long, at most `rate` times a second; the rate that came of it."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    turns = iter(range(2**60))
    load.count = 0

    async def work(caller: Caller) -> None:
        for turn in turns:
            if rate and (wait := begin + turn / rate - loop.time()) > 0:
                await asyncio.sleep(wait)
            if loop.time() - begin > seconds:
                return
            await load.call(caller, PATHS[turn % len(PATHS)])

    async with callers(load.running, CONNECTIONS) as made:
        await asyncio.gather(*map(work, made))
    return load.count / (loop.time() - begin)


def resident(pid: int) -> int:
    """Bytes of memory that a process has."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def pids(running: Installation) -> Iterator[tuple[str, int]]:
    for name in ("gateway", "connector"):
        process = running.programs[name].process
        assert process is not None
        yield name, process.pid


async def watch(running: Installation, memory: dict[str, list[int]]) -> None:
    while True:
        for name, pid in pids(running):
            memory.setdefault(name, []).append(resident(pid))
        await asyncio.sleep(0.25)


async def test_half_of_the_peak(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        load = Load(running)
        await load.learn()
        peak = await run(load, PEAK_SECONDS)
        load.latencies.clear()
        memory: dict[str, list[int]] = {}
        watching = asyncio.create_task(watch(running, memory))
        rate = await run(load, SECONDS, peak / 2)
        watching.cancel()
    for name, sizes in memory.items():
        third = len(sizes) // 3
        grown = median(sizes[-third:]) - median(sizes[third : 2 * third])
        assert grown < ROOM, (name, grown)
    assert rate > peak / 8, "the load was not what it was meant to be"
    if report := os.environ.get("LANDBRIDGE_SOAK_REPORT"):
        Path(report).write_text(f"{described(load, peak, rate, memory)}\n")


def described(load: Load, peak: float, rate: float, memory: dict[str, list[int]]) -> dict[str, object]:
    """The figures of a run."""
    p99 = quantiles(load.latencies, n=100)[98]
    figures: dict[str, object] = {"peak/s": round(peak), "rate/s": round(rate), "requests": load.count}
    sizes = {name: f"{of[len(of) // 3] // 1024} to {of[-1] // 1024} KiB" for name, of in memory.items()}
    return figures | {"p99 ms": round(p99 * 1000, 1)} | sizes
