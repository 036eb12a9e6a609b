"""Kill -9 of each program in each phase of a request: the client is told, or sees the cut; then all goes on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

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


async def in_mid_upload(client: Client, token: str) -> None:
    line = f"Content-Length: {BIG}"
    await client.send(request("http://erp.virtual/upload", token, line, method="POST") + bytes(300_000))


async def while_it_waits(client: Client, token: str) -> None:
    await client.send(request("http://erp.virtual/silent", token))


async def in_mid_answer(client: Client, token: str) -> None:
    await client.send(request(f"http://erp.virtual/large?bytes={BIG}", token))
    assert b" 200 " in await client.reader.readuntil(b"\r\n")


PHASES = {
    phase.__name__: phase for phase in (before_the_head_is_complete, in_mid_upload, while_it_waits, in_mid_answer)
}
FAULTS = {
    "connector": {"tunnel.lost", "tunnel.closed", "tunnel.no-connector"},
    "backend": {"backend.refused", "backend.closed"},
}


@pytest.mark.parametrize("victim", ["gateway", "connector", "backend"])
async def test_the_clients_are_told_and_service_resumes(running: Installation, victim: str) -> None:
    """Four clients, one in each phase, live through the same kill."""
    await works(running)
    async with contextlib.AsyncExitStack() as opened:
        clients = {phase: await opened.enter_async_context(await Client.open(running.door)) for phase in PHASES}
        for phase, client in clients.items():
            await PHASES[phase](client, running.token)
        await asyncio.sleep(0.3)
        await running.programs[victim].kill()
        if victim != "gateway":
            await clients["before_the_head_is_complete"].send(b"\r\n")
        for phase, client in clients.items():
            check(victim, phase, await outcome(client, phase))
    await running.programs[victim].start()
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
