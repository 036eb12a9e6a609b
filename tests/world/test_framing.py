"""Requests that two programs could read in two ways: refused, or forwarded in exactly one way (RFC 9112 §6)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.world.backends import NO_CONTENT, RawBackend, always, raw_backend
from tests.world.client import Client, ask, request

pytestmark = pytest.mark.anyio

URL = "http://erp.virtual/upload"
SMUGGLED = b"GET http://erp.virtual/smuggled HTTP/1.1\r\nHost: erp.virtual\r\n\r\n"


@pytest.fixture(scope="module")
async def strict(anyio_backend: object) -> AsyncIterator[RawBackend]:
    """Records every byte and answers 204."""
    async with raw_backend(always(NO_CONTENT)) as backend:
        yield backend


@pytest.fixture(scope="module")
async def shared(
    strict: RawBackend, anyio_backend: object, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    content = ConnectorContent("erp", ACME, mappings=(erp_mapping(strict.port),))
    async with world(tmp_path_factory.mktemp("world"), connectors=(content,)) as running:
        yield running


@pytest.fixture
def backend(strict: RawBackend) -> RawBackend:
    strict.connections.clear()
    return strict


def post(token: str, *lines: str, body: bytes = b"") -> bytes:
    return request(URL, token, *lines, method="POST") + body


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 5"),
        ("Content-Length: 5", "Content-Length: 5"),
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: 5, 5",),
        ("Content-Length: +5",),
        ("Content-Length: -1",),
        ("Content-Length: 0x5",),
        ("Content-Length: 5 5",),
        ("Content-Length: 99999999999999999999",),
        ("Content-Length:",),
        ("Content-Length : 5",),
        ("Transfer-Encoding : chunked",),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding: chunked, chunked",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: identity",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: \x0bchunked",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding:\r\n chunked",),
        ("X-Folded: a\r\n b",),
        (" X-Leading: space",),
        ("X-No-Colon",),
        ("X Space: 1",),
        (": nameless",),
        ("X-Nul: a\0b",),
        ("X-Cr: a\rb",),
        ("X-Cr: a\r\rb",),
        ("X-Lf: a\nTransfer-Encoding: chunked",),
    ],
)
async def test_ambiguous_heads_are_refused(shared: World, backend: RawBackend, lines: tuple[str, ...]) -> None:
    async with await Client.open(shared.door) as client:
        body = b"5\r\nhello\r\n0\r\n\r\n" + SMUGGLED
        answer = await client.ask(post(await shared.token(), *lines, body=body))
        assert (answer.status, answer.fault) == (400, "proxy.bad-request")
        assert answer.header("connection") == "close"
        await client.ended()
    assert not backend.connections


@pytest.mark.parametrize(
    "first",
    [
        b"GET http://erp.virtual/ HTTP/1.1\n",
        b"GET http://erp.virtual/\r HTTP/1.1\r\n",
        b"GET  http://erp.virtual/ HTTP/1.1\r\n",
        b"GET http://erp.virtual/ HTTP/1.1 \r\n",
        b"GET http://erp.virtual/\tHTTP/1.1\r\n",
        b"GET http://erp.virtual/ HTTP/1.2\r\n",
        b"GET http://erp.virtual/ HTTP/2.0\r\n",
        b"GET http://erp.virtual/ http/1.1\r\n",
        b"GET http://erp.virtual/\r\n",
        b"get http://erp.virtual/ HTTP/1.1\r\n",
        b"GE\0T http://erp.virtual/ HTTP/1.1\r\n",
        b"GET http://erp.virtual/\xc3\xa4 HTTP/1.1\r\n",
        b"G@T http://erp.virtual/ HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n",
    ],
)
async def test_odd_first_lines_are_refused(shared: World, backend: RawBackend, first: bytes) -> None:
    lines = request("/", await shared.token()).partition(b"\r\n")[2]
    async with await Client.open(shared.door) as client:
        answer = await client.ask(first + lines)
        assert (answer.status, answer.fault) == (400, "proxy.bad-request")
        await client.ended()
    async with await Client.open(shared.door) as client:
        good = request("http://erp.virtual/", await shared.token())
        assert (await client.ask(good)).status == 204
        answer = await client.ask(first + lines)
        assert (answer.status, answer.fault) == (400, "proxy.bad-request"), "a known connection gets no more"
    assert len(b"".join(backend.received).split(b"GET ")) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"x\r\nhello\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b" 5\r\nhello\r\n0\r\n\r\n",
        b"5 5\r\nhello\r\n0\r\n\r\n",
        b"5\nhello\n0\n\n",
        b"4\r\nhello\r\n0\r\n\r\n",
        b"6\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhelloX0\r\n\r\n",
        b"ffffffffffffffff1\r\nhello\r\n",
        b"5;ext=\r\r\nhello\r\n0\r\n\r\n",
        b"\r\n5\r\nhello\r\n",
        b"0\r\nbad trailer\r\n\r\n",
        b"5;" + b"x" * 5000,
    ],
)
async def test_bad_chunks_are_refused(shared: World, backend: RawBackend, body: bytes) -> None:
    async with await Client.open(shared.door) as client:
        answer = await client.ask(post(await shared.token(), "Transfer-Encoding: chunked", body=body + SMUGGLED))
        assert (answer.status, answer.fault) == (400, "proxy.bad-request")
        await client.ended()
    assert not backend.connections, "what came with the head is looked at before anything goes on"


async def test_what_follows_a_body_is_a_request_of_its_own(shared: World, backend: RawBackend) -> None:
    token = await shared.token()
    async with await Client.open(shared.door) as client:
        await client.send(post(token, "Content-Length: 5", body=b"hello" + SMUGGLED))
        assert (await client.answer()).status == 204
        assert (await client.answer()).fault == "proxy.authorization-missing"
    assert backend.received == [b"POST /upload HTTP/1.1\r\nHost: erp.virtual\r\nContent-Length: 5\r\n\r\nhello"]


async def test_chunked_uploads_are_framed_anew(shared: World, backend: RawBackend) -> None:
    body = b"5;ext=1\r\nhello\r\n1\r\n \r\n0\r\nProxy-Authorization: x\r\nX-Trailer: 1\r\n\r\n"
    async with await Client.open(shared.door) as client:
        assert (await client.ask(post(await shared.token(), "transfer-encoding: Chunked", body=body))).status == 204
    head, _, rest = backend.received[0].partition(b"\r\n\r\n")
    assert head == b"POST /upload HTTP/1.1\r\nHost: erp.virtual\r\nTransfer-Encoding: chunked"
    assert rest in (b"5\r\nhello\r\n1\r\n \r\n0\r\n\r\n", b"6\r\nhello \r\n0\r\n\r\n")


async def test_a_get_with_a_body(shared: World, backend: RawBackend) -> None:
    async with await Client.open(shared.door) as client:
        data = request(URL, await shared.token(), body=SMUGGLED)
        assert (await client.ask(data)).status == 204
        assert (await client.ask(data)).status == 204
    text = b"GET /upload HTTP/1.1\r\nHost: erp.virtual\r\nContent-Length: %d\r\n\r\n%b" % (len(SMUGGLED), SMUGGLED)
    assert backend.received == [text + text]


async def test_an_upgrade_with_a_body_is_no_upgrade(shared: World, backend: RawBackend) -> None:
    lines = ("Connection: Upgrade", "Upgrade: websocket")
    answer = await ask(shared.door, request(URL, await shared.token(), *lines, method="POST", body=b"hello"))
    assert answer.status == 204
    assert backend.received == [b"POST /upload HTTP/1.1\r\nHost: erp.virtual\r\nContent-Length: 5\r\n\r\nhello"]


async def test_pipelined_requests_are_answered_in_order(erp: World, backend: RawBackend) -> None:
    token = await erp.token()
    requests = [request(f"http://erp.virtual/{n}", token) for n in range(20)]
    requests[7] = request("http://erp.virtual/7", "no-token")
    requests[13] = request("http://nope.virtual/13", token)
    async with await Client.open(erp.door) as client:
        await client.send(b"\r\n".join(requests))
        statuses = [(await client.answer()).status for _ in requests]
    assert statuses == [407 if n == 7 else 403 if n == 13 else 204 for n in range(20)]
    lines = [head.split(b" ")[1] for head in backend.received[0].split(b"\r\n\r\n")[:-1]]
    assert lines == [b"/%d" % n for n in range(20) if n not in (7, 13)]
