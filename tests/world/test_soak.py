"""A steady load for a while, with cuts: nothing fails beside what was cut, memory stays flat, nothing is left over.

LANDBRIDGE_SOAK_SECONDS makes it longer (12).
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pytest

from landbridge.connector.settings import ConnectorSettings
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Protocol
from landbridge.testing.leaks import holdings, resident, until_like
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.world.client import Client, End, request
from tests.world.test_socks import SUCCESS, handshake

SECONDS = float(os.environ.get("LANDBRIDGE_SOAK_SECONDS", "12"))
pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(SECONDS * 2 + 120)]

MIB = 2**20
USERS = 12
CUT_EVERY = 2.0
SHADOW = 3.0
"""Seconds after a cut of the tunnel in which a request may fail by name: redialling takes a moment."""
ROOM = 24 * MIB
EXCUSES = {"tunnel.lost", "tunnel.closed", "tunnel.no-connector", "tunnel.draining"}


@dataclass
class Soak:
    """What is going on, and what came of it."""

    world: World
    token: str
    chance: random.Random
    ends: float
    last_cut: float = 0.0
    cuts: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def note(self, outcome: str, began: float, *, fine: bool, excused: bool = True) -> None:
        """Count an outcome. One that is not fine needs a cut between its beginning (or shortly before) and now."""
        self.outcomes[outcome] += 1
        if not fine and not (excused and self.cuts and self.last_cut > began - SHADOW):
            self.unexplained.append(f"{outcome}, {self.now - self.last_cut:.1f} s after a cut")


async def http_user(soak: Soak) -> None:
    """Small, larger and uploaded bodies on kept-alive connections; now and then it leaves in the middle."""
    while soak.now < soak.ends:
        async with await Client.open(soak.world.door) as client:
            for _ in range(soak.chance.randint(1, 20)):
                await asyncio.sleep(soak.chance.uniform(0.05, 0.15))
                if not await http_request(soak, client):
                    break


async def http_request(soak: Soak, client: Client) -> bool:
    """One request; whether the connection can be used again."""
    began, size = soak.now, soak.chance.choice((10, 1000, 100_000, 2_000_000))
    target, kind = f"http://erp.virtual/large?bytes={size}", soak.chance.randrange(20)
    try:
        if kind == 0:
            await client.send(request(target, soak.token))
            soak.note("client left", began, fine=True)
            return False
        if kind < 4:
            upload = request("http://erp.virtual/upload", soak.token, method="POST", body=bytes(size))
            answer = await client.ask(upload)
            whole = answer.status == 200 and answer.json["bytes"] == size
        else:
            answer = await client.ask(request(target, soak.token))
            whole = answer.status == 200 and len(answer.body) == size
    except (OSError, EOFError) as error:
        soak.note(type(error).__name__, began, fine=False)
        return False
    excused = answer.fault in EXCUSES or (answer.status == 200 and answer.end is not End.WHOLE)
    soak.note(answer.fault or f"{answer.status} {answer.end}", began, fine=whole, excused=excused)
    return whole


async def socks_user(soak: Soak) -> None:
    """Raw connections to the backend, with a request or two on each."""
    while soak.now < soak.ends:
        await asyncio.sleep(soak.chance.uniform(0.1, 0.3))
        began = soak.now
        reader, writer = await asyncio.open_connection("127.0.0.1", soak.world.cloud.gateway.socks_port)
        try:
            async with asyncio.timeout(10):
                writer.write(handshake(soak.token, host="erp.virtual", port=81))
                assert await reader.readexactly(len(SUCCESS)) == SUCCESS
                for _ in range(soak.chance.randint(0, 3)):
                    writer.write(b"GET /large?bytes=5000 HTTP/1.1\r\nHost: erp\r\n\r\n")
                    await reader.readuntil(b"\r\n\r\n")
                    await reader.readexactly(5000)
            soak.note("SOCKS whole", began, fine=True)
        except (OSError, EOFError, AssertionError, TimeoutError) as error:
            soak.note(f"SOCKS {type(error).__name__}", began, fine=False, excused=not isinstance(error, TimeoutError))
        finally:
            writer.transport.abort()


async def cutter(soak: Soak) -> None:
    """Cut the tunnel at one end or the other."""
    while soak.now < soak.ends - SHADOW - CUT_EVERY:
        await asyncio.sleep(soak.chance.uniform(0.5, 1.5) * CUT_EVERY)
        if not (sessions := soak.world.connectors["erp"].connector.sessions):
            continue
        soak.last_cut, soak.cuts = soak.now, soak.cuts + 1
        if soak.chance.random() < 0.5:
            soak.chance.choice(sessions).link.abort()
        else:
            soak.chance.choice(soak.world.cloud.gateway.registry.sessions()).link.abort()


async def watcher(soak: Soak) -> None:
    """Memory, four times a second, and the reports of the connector, which nobody else reads."""
    events = soak.world.connectors["erp"].events
    while soak.now < soak.ends:
        soak.memory.append(resident())
        while not events.empty():
            events.get_nowait()
        await asyncio.sleep(0.25)


async def test_a_steady_load_with_cuts(tmp_path: Path) -> None:
    quick = ConnectorSettings(connections=2, backoff_first=0.05, backoff_most=0.2)
    async with world(tmp_path, connectors=(), connector_settings=quick) as running:
        tcp = Mapping("erp.virtual", 81, "127.0.0.1", running.backend.port, protocol=Protocol.TCP)
        await running.add_connector(ConnectorContent("erp", ACME, mappings=(erp_mapping(running.backend.port), tcp)))
        async with asyncio.timeout(20):
            while running.cloud.gateway.connectors()[0].connections < 2:  # noqa: ASYNC110 - nobody announces it
                await asyncio.sleep(0.05)
        before = holdings(running)
        token, ends = await running.token(), asyncio.get_running_loop().time() + SECONDS
        soak = Soak(running, token, random.Random(4), ends)
        roles: list[Callable[[Soak], Awaitable[None]]] = [http_user] * USERS + [socks_user] * (USERS // 2)
        await asyncio.gather(*(role(soak) for role in (*roles, cutter, watcher)))
        assert soak.unexplained == [], soak.outcomes
        assert soak.outcomes["200 whole"] > SECONDS * 10
        assert soak.outcomes["SOCKS whole"] > SECONDS
        assert soak.cuts > SECONDS / CUT_EVERY / 4
        third = len(soak.memory) // 3
        assert median(soak.memory[-third:]) - median(soak.memory[third : 2 * third]) < ROOM
        await until_like(running, before, 20)
