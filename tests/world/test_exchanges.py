"""Exchanges at random: methods, sizes, framings, cuts, in pieces of any size, on connections that are kept or not.

Whatever is drawn, request and answer arrive to the byte, or the client sees that they did not.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Protocol, Resource
from landbridge.testing.leaks import holdings, until_like
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.world.backends import tcp_server
from tests.world.certificates import authority, issue, server_context
from tests.world.client import Answer, Client, End, request

pytestmark = pytest.mark.anyio

CLIENTS, EXCHANGES = 6, 25
SIZES = (0, 1, 10, 1000, 65_535, 65_536, 65_537, 300_000, 1_000_000)
BODIES = (0, 1, 1000, 70_000, 400_000)
PIECES = (1, 30, 5000, 70_000, 1_000_000)


@dataclass(frozen=True, slots=True)
class Plan:
    """One exchange. The client knows it, and tells the backend in a header what to do.

    framing  of the answer: sized, chunked or close
    cut      the backend breaks off in the answer
    early    the backend answers before it has read the request's body
    """

    seed: int
    method: str
    version: str
    body: int
    upload_chunked: bool
    size: int
    framing: str
    interim: bool
    close: bool
    cut: bool
    early: bool

    def told(self) -> str:
        switches = f"{self.interim:d} {self.close:d} {self.cut:d} {self.early:d}"
        return f"X-Plan: {self.seed} {self.size} {self.framing} {switches}"


def drawn(chance: random.Random, seed: int) -> Plan:
    method = chance.choice(("GET", "GET", "HEAD", "POST", "PUT", "REPORT", "DELETE"))
    framing = chance.choice(("sized", "chunked", "close"))
    has_body = method in ("POST", "PUT", "REPORT")
    body = chance.choice(BODIES) if has_body else 0
    version = "1.0" if chance.random() < 0.1 else "1.1"
    return Plan(
        seed=seed,
        method=method,
        version=version,
        body=body,
        upload_chunked=bool(body) and version == "1.1" and chance.random() < 0.5,
        size=chance.choice(SIZES),
        framing=framing,
        interim=chance.random() < 0.2,
        close=chance.random() < 0.2,
        cut=framing != "close" and method != "HEAD" and chance.random() < 0.1,
        early=bool(body) and chance.random() < 0.15,
    )


def pattern(seed: int, size: int) -> bytes:
    return (hashlib.sha256(str(seed).encode()).digest() * (size // 32 + 1))[:size]


def pieces(chance: random.Random, data: bytes) -> list[bytes]:
    """The data in pieces; large data in large ones."""
    choice = PIECES if len(data) < 3000 else PIECES[2:]
    parts = []
    while data:
        size = chance.choice(choice)
        parts.append(data[:size])
        data = data[size:]
    return parts


def chunked(chance: random.Random, data: bytes) -> bytes:
    """With extensions, and trailers that try to be headers."""
    chunks = b"".join(b"%x;ext=1\r\n%b\r\n" % (len(piece), piece) for piece in pieces(chance, data))
    return chunks + b"0\r\nX-Evil: 1\r\nProxy-Authorization: x\r\n\r\n"


async def read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    body = b""
    while "transfer-encoding" in headers and (size := int(await reader.readuntil(b"\r\n"), 16)):
        body += (await reader.readexactly(size + 2))[:-2]
    if "transfer-encoding" in headers:
        assert await reader.readexactly(2) == b"\r\n", "trailers stay at the door"
    return body


async def answer_plans(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The backend: does what each request's plan says."""
    try:
        while await answer_plan(reader, writer):
            pass
    except asyncio.IncompleteReadError:
        pass  # the client's end
    finally:
        writer.close()


async def answer_plan(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """One exchange; whether another may follow."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")[:-4].split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    seed, size, framing, interim, close, cut, early = headers["x-plan"].split(" ")
    chance = random.Random(int(seed))
    body = b"" if early == "1" else await read_body(reader, headers)
    ends = "1" in (close, early) or framing == "close"
    head = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" if interim == "1" else b""
    head += b"HTTP/1.1 200 OK\r\nX-Seed: %b\r\nX-Got: %b\r\n" % (
        seed.encode(),
        hashlib.sha256(body).hexdigest().encode(),
    )
    head += {"sized": f"Content-Length: {size}\r\n", "chunked": "Transfer-Encoding: chunked\r\n", "close": ""}[
        framing
    ].encode()
    head += b"Connection: close\r\n\r\n" if ends else b"\r\n"
    data = pattern(int(seed), int(size))
    out = b"" if first.startswith("HEAD") else chunked(chance, data) if framing == "chunked" else data
    if cut == "1":
        head, out = (head[:-2], b"") if not out else (head, out[: len(out) * 2 // 3])
    for piece in pieces(chance, head + out):
        writer.write(piece)
        await writer.drain()
    if early == "1":
        await read_body(reader, headers)  # closing on unread bytes would take the answer back
    return not (ends or cut == "1")


@pytest.fixture(scope="module")
async def both(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world with such a backend behind plain.virtual, and one with TLS behind tls.virtual."""
    folder = tmp_path_factory.mktemp("world")
    ca = authority()
    (folder / "ca.pem").write_text(ca.certificate_pem)
    tls = server_context(issue(ca), folder)
    async with (
        tcp_server(answer_plans) as plain,
        tcp_server(answer_plans, tls) as secure,
        world(folder, connectors=()) as running,
    ):
        mappings = (
            erp_mapping(plain, virtual="plain.virtual"),
            Mapping("tls.virtual", 80, "127.0.0.1", secure, Protocol.HTTPS, resources=(Resource("/"),)),
        )
        content = ConnectorContent("erp", ACME, mappings=mappings, trusted_ca_files=(str(folder / "ca.pem"),))
        await running.add_connector(content)
        yield running


async def send(client: Client, chance: random.Random, plan: Plan, host: str, token: str) -> None:
    body = chance.randbytes(plan.body)
    lines = [plan.told()]
    if plan.upload_chunked:
        lines += ["Transfer-Encoding: chunked", "Trailer: X-Evil"]
    sized = None if plan.upload_chunked or plan.method not in ("POST", "PUT", "REPORT") else body
    data = request(f"http://{host}/a?b", token, *lines, method=plan.method, body=sized, version=plan.version, host=host)
    for piece in pieces(chance, data + (chunked(chance, body) if plan.upload_chunked else b"")):
        client.writer.write(piece)
        if chance.random() < 0.2:
            await asyncio.sleep(0)


async def exchange(client: Client, chance: random.Random, plan: Plan, host: str, token: str) -> Answer | None:
    """The answer; None when the connection ended instead."""
    body = random.Random()
    body.setstate(chance.getstate())
    try:
        await send(client, chance, plan, host, token)
        if chance.random() < 0.2:
            await asyncio.sleep(0.02)  # a client that is slow for once
        while (answer := await client.answer(plan.method)).status < 200:
            pass
    except (EOFError, ConnectionError):
        return None
    if not plan.cut:
        assert (answer.status, answer.end, answer.header("x-seed")) == (200, End.WHOLE, str(plan.seed)), plan
        assert plan.early or answer.header("x-got") == hashlib.sha256(body.randbytes(plan.body)).hexdigest(), plan
        assert plan.method == "HEAD" or answer.body == pattern(plan.seed, plan.size), plan
        assert answer.header("x-evil") is None
    return answer


async def customer(running: World, token: str, number: int, host: str) -> None:
    chance = random.Random(f"{number} {host}")
    client: Client | None = None
    try:
        for turn in range(EXCHANGES):
            plan = drawn(chance, number * 1000 + turn)
            client = client or await Client.open(running.door, limit=chance.choice((2**10, 2**12, 2**16)))
            answer = await exchange(client, chance, plan, host, token)
            assert answer is not None or plan.cut, plan
            if plan.cut and answer is not None:
                assert answer.end is not End.WHOLE or answer.fault is not None, plan
            is_over = answer is None or answer.end is not End.WHOLE or answer.header("connection") == "close"
            if is_over or plan.early or plan.version == "1.0" or chance.random() < 0.05:
                client.abort()
                client = None
    finally:
        if client is not None:
            client.abort()


async def test_what_is_exchanged_arrives_or_is_visibly_cut(both: World) -> None:
    token = await both.token()
    before = holdings(both)
    visits = [
        customer(both, token, number, host) for number in range(CLIENTS) for host in ("plain.virtual", "tls.virtual")
    ]
    await asyncio.gather(*visits)
    await until_like(both, before)
