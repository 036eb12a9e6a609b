"""Kill -9 of each program in each phase of a request: the client is told, or sees the cut; then all goes on."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpx
import pytest

from tests.world.client import Answer, Client, End, ask, request
from tests.world.processes import Installation, installation

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(240)]

BACK_WITHIN = 45.0
BIG = 512 * 2**20


@pytest.fixture(scope="module")
async def running(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """One installation for all kills: after each it must work again anyway."""
    async with installation(tmp_path_factory.mktemp("installation")) as one:
        yield one


async def works(running: Installation) -> None:
    """Wait until a request succeeds; whatever else is answered until then has a name."""
    async with asyncio.timeout(BACK_WITHIN):
        while True:
            try:
                answer = await ask(running.door, request("http://erp.virtual/echo", running.token))
            except (OSError, EOFError):
                await asyncio.sleep(0.1)
                continue
            if answer.status == 200:
                return
            assert answer.fault is not None
            await asyncio.sleep(0.1)


async def before_the_head_is_complete(client: Client, token: str) -> None:
    data = request("http://erp.virtual/echo", token)
    await client.send(data[:-2])


async def while_the_backend_is_being_connected(client: Client, token: str) -> None:
    await client.send(request("http://full.virtual/echo", token))


async def in_mid_upload(client: Client, token: str) -> None:
    line = f"Content-Length: {BIG}"
    await client.send(request("http://erp.virtual/upload", token, line, method="POST") + bytes(300_000))


async def while_it_waits(client: Client, token: str) -> None:
    await client.send(request("http://erp.virtual/silent", token))


async def in_mid_answer(client: Client, token: str) -> None:
    await client.send(request(f"http://erp.virtual/large?bytes={BIG}", token))
    assert b" 200 " in await client.reader.readuntil(b"\r\n")


async def while_the_stream_is_being_opened(client: Client, token: str) -> None:
    """The connector must be halted: so it has the request, and does not take it."""
    await client.send(request("http://erp.virtual/echo", token))


TAKEN = (
    before_the_head_is_complete,
    while_the_backend_is_being_connected,
    in_mid_upload,
    while_it_waits,
    in_mid_answer,
)
PHASES = {phase.__name__: phase for phase in (*TAKEN, while_the_stream_is_being_opened)}
VICTIMS = {"gateway": ("gateway",), "connector": ("connector",), "backend": ("backend", "full")}
FAULTS = {
    "connector": {"tunnel.lost", "tunnel.closed", "tunnel.no-connector"},
    "backend": {"backend.refused", "backend.closed", "backend.connect-timeout"},
}


@dataclass(frozen=True)
class Progress:
    """What the gateway counts: streams that are open, and those whose backend was connected since it started."""

    streams: int
    connected: int

    def __add__(self, other: Progress) -> Progress:
        return Progress(self.streams + other.streams, self.connected + other.connected)


async def progress(running: Installation) -> Progress:
    async with httpx.AsyncClient(trust_env=False) as client:
        text = (await client.get(running.metrics)).raise_for_status().text
    streams = re.search(r"^landbridge_tunnel_streams\{[^}]*\} (\d+)", text, re.MULTILINE)
    connected = re.search(r'^landbridge_door_seconds_count\{door="http",segment="open"\} (\d+)', text, re.MULTILINE)
    assert streams
    return Progress(int(streams[1]), int(connected[1]) if connected else 0)


async def until(running: Installation, wanted: Progress) -> None:
    async with asyncio.timeout(20):
        while await progress(running) != wanted:  # noqa: ASYNC110 - another process tells only when asked
            await asyncio.sleep(0.02)


async def bring_into_phases(running: Installation, clients: Mapping[str, Client]) -> None:
    """Each client where its name says; the connector is halted at the end."""
    before = await progress(running)
    for phase in TAKEN:
        await phase(clients[phase.__name__], running.token)
    # All but the first have a stream; of these, all but one a connected backend.
    await until(running, before + Progress(streams=4, connected=3))
    running.programs["connector"].halt()
    phase = while_the_stream_is_being_opened
    await phase(clients[phase.__name__], running.token)
    await until(running, before + Progress(streams=5, connected=3))


@pytest.mark.parametrize("victim", VICTIMS)
async def test_the_clients_are_told_and_service_resumes(running: Installation, victim: str) -> None:
    """A client in each phase; all of them live through the same kill."""
    await works(running)
    killed = [running.programs[name] for name in VICTIMS[victim]]
    async with contextlib.AsyncExitStack() as opened:
        clients = {phase: await opened.enter_async_context(await Client.open(running.door)) for phase in PHASES}
        await bring_into_phases(running, clients)
        for program in killed:
            await program.kill()
        running.programs["connector"].go_on()
        if victim != "gateway":
            await clients["before_the_head_is_complete"].send(b"\r\n")
        for phase, client in clients.items():
            check(victim, phase, await outcome(client, phase))
    for program in killed:
        await program.start()
    await works(running)


def check(victim: str, phase: str, answer: Answer | None) -> None:
    """Nobody takes what he got for a whole answer; who got no answer at all is told by whom it was lost."""
    if victim == "gateway":
        assert answer is None or answer.end is not End.WHOLE, phase
    elif phase == "in_mid_answer":
        assert answer is not None, phase
        assert answer.end is not End.WHOLE
    else:
        assert answer is not None, phase
        assert answer.fault in FAULTS[victim], (phase, answer)
        assert answer.status in (502, 503, 504)


async def outcome(client: Client, phase: str) -> Answer | None:
    """The answer; None when the connection ended without one. Whatever happens, it does not take long."""
    try:
        if phase == "in_mid_answer":
            return await rest_of_answer(client)
        return await client.answer()
    except (OSError, EOFError):
        return None


async def rest_of_answer(client: Client) -> Answer:
    async with asyncio.timeout(20):
        await client.reader.readuntil(b"\r\n\r\n")
        size, end = 0, End.SHORT
        try:
            while piece := await client.reader.read(2**20):
                size += len(piece)
        except ConnectionError:
            end = End.RESET
    return Answer(200, (), b"", End.WHOLE if size >= BIG else end)
