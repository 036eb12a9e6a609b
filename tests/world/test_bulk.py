"""Much data, slow readers, and everybody else at the same time (design §5, fairness)."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.settings import TunnelSettings
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.world.backends import Connection, raw_backend
from tests.world.client import Client, End, ask, request

pytestmark = pytest.mark.anyio

MIB = 2**20
BULK = 64 * MIB
ROOM = 24 * MIB
"""By so much this process, client and backend included, may grow: far less than the bulk that passes through it."""
PIECE = bytes(range(256)) * 256


def memory() -> int:
    """Resident bytes of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


async def read(client: Client, size: int) -> str:
    """Read so many bytes of a body; their digest."""
    digest = hashlib.sha256()
    while size:
        piece = await client.reader.read(min(size, 2**18))
        assert piece
        digest.update(piece)
        size -= len(piece)
    return digest.hexdigest()


def digest(size: int) -> str:
    whole = hashlib.sha256()
    for _ in range(size // len(PIECE)):
        whole.update(PIECE)
    return whole.hexdigest()


async def test_download(erp: World) -> None:
    assert (await ask(erp.door, request("http://erp.virtual/large?bytes=1000000", await erp.token()))).status == 200
    before = memory()
    async with await Client.open(erp.door) as client:
        await client.send(request(f"http://erp.virtual/large?bytes={BULK}", await erp.token()))
        await client.reader.readuntil(b"\r\n\r\n")
        assert await read(client, BULK) == digest(BULK)
    assert memory() - before < ROOM


@pytest.mark.parametrize("chunked", [True, False], ids=["chunked", "sized"])
async def test_upload(erp: World, chunked: bool) -> None:
    line = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {BULK}"
    before = memory()
    async with await Client.open(erp.door) as client:
        target = "http://erp.virtual/upload?digest=sha256"
        await client.send(request(target, await erp.token(), line, method="POST"))
        for _ in range(BULK // len(PIECE)):
            await client.send(b"%x\r\n%b\r\n" % (len(PIECE), PIECE) if chunked else PIECE)
        answer = await client.ask(b"0\r\n\r\n" if chunked else b"")
        assert answer.json == {"bytes": BULK, "sha256": digest(BULK)}
    assert memory() - before < ROOM


async def test_a_client_that_does_not_read_stops_only_itself(erp: World) -> None:
    token = await erp.token()
    before = memory()
    async with await Client.open(erp.door) as sleeper, await Client.open(erp.door) as other:
        await sleeper.send(request(f"http://erp.virtual/large?bytes={BULK}", token))
        await sleeper.reader.readuntil(b"\r\n\r\n")
        for _ in range(50):
            assert (await other.ask(request("http://erp.virtual/large?bytes=100000", token))).end is End.WHOLE
        assert memory() - before < ROOM, "what is not read stays at the backend"
        assert await read(sleeper, BULK) == digest(BULK)


async def test_a_backend_that_does_not_read_stops_only_its_client(erp: World) -> None:
    gate = asyncio.Event()

    async def lazy(connection: Connection) -> None:
        await connection.head()
        await gate.wait()
        await connection.reader.readexactly(BULK)
        connection.send(b"HTTP/1.1 204 No Content\r\n\r\n")

    token = await erp.token()
    async with raw_backend(lazy) as backend, await Client.open(erp.door) as client:
        await erp.add_connector(ConnectorContent("lazy", ACME, "lazy", mappings=(erp_mapping(backend.port),)))
        lines = ("SAP-Connectivity-SCC-Location_ID: lazy", f"Content-Length: {BULK}")
        await client.send(request("http://erp.virtual/", token, *lines, method="POST"))
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < BULK:
                client.writer.write(PIECE)
                async with asyncio.timeout(0.3):
                    await client.writer.drain()
                sent += len(PIECE)
        assert sent < BULK - ROOM, "somebody reads what the backend does not"
        for _ in range(20):
            assert (await ask(erp.door, request("http://erp.virtual/echo", token))).status == 200
        gate.set()
        for _ in range(BULK // len(PIECE) - sent // len(PIECE) - 1):
            await client.send(PIECE)
        assert (await client.answer()).status == 204


async def test_a_tenant_above_its_budget_is_refused_by_name_and_recovers(folder: Path) -> None:
    tunnel = TunnelSettings(tenant_budget=MIB, window=4 * MIB)
    async with world(folder, tunnel=tunnel) as running:
        token = await running.token()
        sleepers = [await Client.open(running.door, limit=2**10) for _ in range(8)]
        for sleeper in sleepers:
            await sleeper.send(request(f"http://erp.virtual/large?bytes={BULK}", token))
        async with asyncio.timeout(20):
            while (answer := await ask(running.door, request("http://erp.virtual/echo", token))).status == 200:
                pass
        assert (answer.status, answer.fault) == (503, "tunnel.overloaded")
        for sleeper in sleepers:
            sleeper.abort()
        await running.backend.until(lambda backend: backend.connections.open == 0)
        assert (await ask(running.door, request("http://erp.virtual/echo", token))).status == 200
