"""Bodies and framing in both directions, on both event loops (connectivity-proxy §4.6)."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.world.backends import Connection, RawBackend, raw_backend
from tests.world.client import Client, End, ask, request

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=[True, False], ids=["uvloop", "asyncio"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return ("asyncio", {"use_uvloop": request.param})


ANSWERS = {
    "/sized": b"HTTP/1.1 200 Fine\r\nContent-Length: 5\r\n\r\nhello",
    "/empty": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n",
    "/none": b"HTTP/1.1 204 No Content\r\nX-After: 1\r\n\r\n",
    "/unmodified": b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 1234\r\n\r\n',
    "/early-hints": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "/old": b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "/old-kept": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello",
    "/says-close": b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
    "/no-reason": b"HTTP/1.1 299\r\nContent-Length: 0\r\n\r\n",
}
CLOSING = {
    "/until-close": b"HTTP/1.1 200 OK\r\n\r\nhello",
    "/old-until-close": b"HTTP/1.0 200 OK\r\n\r\nhello",
}


async def scripted(connection: Connection) -> None:
    """Answers by path."""
    while True:
        head = await connection.request()
        path = head.split(b" ")[1].decode()
        if path in CLOSING:
            connection.send(CLOSING[path])
            connection.writer.close()
            return
        answer = ANSWERS[path]
        connection.send(answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if head.startswith(b"HEAD") else answer)


@pytest.fixture(scope="module")
async def backend(anyio_backend: object) -> AsyncIterator[RawBackend]:
    async with raw_backend(scripted) as running:
        yield running


@pytest.fixture(scope="module")
async def shared(
    backend: RawBackend, anyio_backend: object, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """erp.virtual is the sample backend, raw.virtual the scripted one."""
    async with world(tmp_path_factory.mktemp("world"), connectors=()) as running:
        mappings = (erp_mapping(running.backend.port), erp_mapping(backend.port, virtual="raw.virtual"))
        await running.add_connector(ConnectorContent("erp", ACME, mappings=mappings))
        yield running


@pytest.mark.parametrize("path", ["/sized", "/chunked", "/old", "/old-kept", "/says-close", *CLOSING])
async def test_answers_with_a_body(erp: World, path: str) -> None:
    token = await erp.token()
    async with await Client.open(erp.door) as client:
        for _ in range(2):
            answer = await client.ask(request(f"http://raw.virtual{path}", token))
            assert (answer.status, answer.body, answer.end) == (200, b"hello", End.WHOLE)
            assert answer.header("connection") is None, "the client's connection is its own affair"
            assert answer.header("x-trailer") is None


@pytest.mark.parametrize("path", ["/sized", "/chunked", *CLOSING])
async def test_answers_for_http_1_0(erp: World, path: str) -> None:
    async with await Client.open(erp.door) as client:
        answer = await client.ask(request(f"http://raw.virtual{path}", await erp.token(), version="1.0"))
        assert (answer.status, answer.body, answer.end) == (200, b"hello", End.WHOLE)
        assert answer.header("transfer-encoding") is None
        assert await client.ended() is End.SHORT


async def test_http_1_0_may_keep_its_connection(erp: World) -> None:
    data = request("http://raw.virtual/sized", await erp.token(), "Connection: Keep-Alive", version="1.0")
    async with await Client.open(erp.door) as client:
        for _ in range(2):
            answer = await client.ask(data)
            assert (answer.body, answer.header("connection")) == (b"hello", "keep-alive")


async def test_a_client_that_wants_to_close(erp: World) -> None:
    async with await Client.open(erp.door) as client:
        answer = await client.ask(request("http://raw.virtual/sized", await erp.token(), "Connection: close"))
        assert (answer.body, answer.header("connection")) == (b"hello", "close")
        assert await client.ended() is End.SHORT


@pytest.mark.parametrize(
    ("path", "status", "length"),
    [("/none", 204, None), ("/unmodified", 304, "1234"), ("/empty", 200, "0"), ("/no-reason", 299, "0")],
)
async def test_answers_without_a_body(erp: World, path: str, status: int, length: str | None) -> None:
    token = await erp.token()
    async with await Client.open(erp.door) as client:
        for _ in range(2):
            answer = await client.ask(request(f"http://raw.virtual{path}", token))
            assert (answer.status, answer.body, answer.header("content-length")) == (status, b"", length)
            assert answer.header("transfer-encoding") is None


@pytest.mark.parametrize("path", ["/sized", "/chunked", "/none", "/empty"])
async def test_head_has_no_body_and_does_not_eat_the_next_answer(erp: World, path: str) -> None:
    token = await erp.token()
    async with await Client.open(erp.door) as client:
        await client.send(request(f"http://raw.virtual{path}", token, method="HEAD"))
        await client.send(request("http://raw.virtual/sized", token))
        answer = await client.answer("HEAD")
        assert answer.header("content-length") == {"/sized": "5", "/empty": "0"}.get(path)
        assert (await client.answer()).body == b"hello"


async def test_head_of_a_refusal_has_no_body(erp: World) -> None:
    token = await erp.token()
    async with await Client.open(erp.door) as client:
        await client.send(request("http://nope.virtual/", token, method="HEAD"))
        await client.send(request("http://raw.virtual/sized", token))
        assert (await client.answer("HEAD")).status == 403
        assert (await client.answer()).body == b"hello"


async def test_interim_answers_pass(erp: World) -> None:
    async with await Client.open(erp.door) as client:
        first = await client.ask(request("http://raw.virtual/early-hints", await erp.token()))
        assert (first.status, first.header("link")) == (103, "</a>")
        assert (await client.answer()).status == 102
        assert (await client.answer()).body == b"hello"


async def test_expect_continue_on_each_request_of_a_connection(erp: World) -> None:
    """The body is sent only after the 100, which the backend alone decides."""
    lines = ("Expect: 100-continue", "Content-Length: 5")
    data = request("http://erp.virtual/upload", await erp.token(), *lines, method="POST")
    async with await Client.open(erp.door) as client:
        for _ in range(3):
            assert (await client.ask(data)).status == 100
            answer = await client.ask(b"hello")
            assert (answer.status, answer.json["bytes"]) == (200, 5)


async def test_expectation_that_fails(erp: World) -> None:
    lines = ("Expect: 100-continue", "Content-Length: 5")
    async with await Client.open(erp.door) as client:
        data = request("http://erp.virtual/status/417", await erp.token(), *lines, method="POST")
        assert (await client.ask(data)).status == 417
        assert await client.ended() is End.SHORT, "the body was never sent, so nothing can follow"


@pytest.mark.parametrize("chunked", [True, False], ids=["chunked", "sized"])
async def test_uploads(erp: World, chunked: bool) -> None:
    body = bytes(range(256)) * 4099
    pieces = [body[start : start + 7001] for start in range(0, len(body), 7001)]
    token = await erp.token()
    line = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    async with await Client.open(erp.door) as client:
        for _ in range(2):
            await client.send(request("http://erp.virtual/upload?digest=sha256", token, line, method="PUT"))
            for piece in pieces:
                await client.send(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            answer = await client.ask(b"0\r\n\r\n" if chunked else b"")
            assert answer.json == {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}


@pytest.mark.parametrize("chunked", ["", "&chunked=1"])
@pytest.mark.parametrize("size", [1, 65_535, 65_536, 65_537, 3_000_001])
async def test_downloads(erp: World, size: int, chunked: str) -> None:
    answer = await ask(erp.door, request(f"http://erp.virtual/large?bytes={size}{chunked}", await erp.token()))
    assert answer.end is End.WHOLE
    assert answer.header("content-length") == (None if chunked else str(size))
    assert answer.body == (bytes(range(256)) * (size // 256 + 1))[:size]
