"""The sample backend keeps its promises; the tests of the data path rely on them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from landbridge.testing.sample_backend import SampleBackend
from landbridge.testing.sample_backend.routes import pattern

pytestmark = pytest.mark.anyio

ORDERS = "/sap/opu/odata/sap/ORDERS/Orders"


@pytest.fixture
async def backend() -> AsyncIterator[SampleBackend]:
    async with SampleBackend() as running:
        yield running


@pytest.fixture
async def client(backend: SampleBackend) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{backend.port}", timeout=10) as running:
        yield running


async def raw(backend: SampleBackend, request: bytes) -> bytes:
    """What comes back for these bytes until the backend closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", backend.port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


async def test_orders_are_listed_and_read(client: httpx.AsyncClient) -> None:
    listed = (await client.get(ORDERS)).json()["d"]["results"]
    assert [order["ID"] for order in listed] == ["1", "2", "3"]
    assert (await client.get(f"{ORDERS}('2')")).json()["d"] == listed[1]
    assert (await client.get(f"{ORDERS}?$top=1&$skip=1")).json()["d"]["results"] == [listed[1]]
    assert (await client.get(f"{ORDERS}('9')")).json()["error"]["code"] == "SAMPLE/404"


async def test_a_redirect_names_the_address_of_its_own(backend: SampleBackend, client: httpx.AsyncClient) -> None:
    answer = await client.get("/redirect?to=/echo", headers={"host": "virtual"})
    assert (answer.status_code, answer.headers["location"]) == (302, f"http://127.0.0.1:{backend.port}/echo")


async def test_metadata_is_xml(client: httpx.AsyncClient) -> None:
    answer = await client.get("/sap/opu/odata/sap/ORDERS/$metadata")
    assert answer.headers["content-type"] == "application/xml"
    assert 'EntitySet Name="Orders"' in answer.text


@pytest.mark.parametrize("fetch", ["GET", "HEAD"])
async def test_a_write_with_the_fetched_token_and_its_cookies_succeeds(client: httpx.AsyncClient, fetch: str) -> None:
    fetched = await client.request(fetch, f"{ORDERS}/", headers={"x-csrf-token": "Fetch"})
    token = fetched.headers["x-csrf-token"]
    created = await client.post(ORDERS, json={"Customer": "Neu"}, headers={"x-csrf-token": token})
    assert created.status_code == 201
    assert created.headers["location"] == f"{ORDERS}('4')"
    assert (await client.get(f"{ORDERS}('4')")).json()["d"]["Customer"] == "Neu"
    assert (await client.delete(f"{ORDERS}('4')", headers={"x-csrf-token": token})).status_code == 204
    assert (await client.get(f"{ORDERS}('4')")).status_code == 404


async def test_fetching_twice_in_a_session_gives_the_same_token(client: httpx.AsyncClient) -> None:
    tokens = {(await client.get(ORDERS, headers={"x-csrf-token": "fetch"})).headers["x-csrf-token"] for _ in range(2)}
    assert len(tokens) == 1


@pytest.mark.parametrize("missing", ["token", "cookie", "both"])
async def test_a_write_without_token_or_session_is_refused(client: httpx.AsyncClient, missing: str) -> None:
    token = (await client.get(ORDERS, headers={"x-csrf-token": "Fetch"})).headers["x-csrf-token"]
    if missing != "token":
        client.cookies.clear()
    headers = {"x-csrf-token": token} if missing == "cookie" else {}
    refused = await client.post(ORDERS, json={"Customer": "Neu"}, headers=headers)
    assert refused.status_code == 403
    assert refused.headers["x-csrf-token"] == "Required"
    assert len((await client.get(ORDERS)).json()["d"]["results"]) == 3


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{}", b"\xff"])
async def test_an_order_that_is_none_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    token = (await client.get(ORDERS, headers={"x-csrf-token": "Fetch"})).headers["x-csrf-token"]
    assert (await client.post(ORDERS, content=body, headers={"x-csrf-token": token})).status_code == 400


async def test_echo_says_what_arrived(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"

    said = (await client.put("/echo/a%2Fb?c=%20", content=pieces(), headers={"X-Mine": "1"})).json()
    assert said["method"] == "PUT"
    assert said["target"] == "/echo/a%2Fb?c=%20"
    assert said["bytes"] == 6
    assert said["sha256"] == hashlib.sha256(b"onetwo").hexdigest()
    assert ["X-Mine", "1"] in said["headers"]


async def test_connections_are_kept_and_numbered(client: httpx.AsyncClient, backend: SampleBackend) -> None:
    assert [(await client.get("/echo")).json()["connection"] for _ in range(3)] == [1, 1, 1]
    closed = await client.get("/echo", headers={"Connection": "close"})
    assert closed.headers["connection"] == "close"
    assert (await client.get("/echo")).json()["connection"] == 2
    assert backend.connections.total == 2


@pytest.mark.parametrize("query", ["", "&chunked=1"])
async def test_large_sends_the_pattern(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/large?bytes=300001{query}")
    assert answer.content == b"".join(pattern(300001))
    assert answer.content[255:258] == b"\xff\0\1"
    assert ("transfer-encoding" in answer.headers) == bool(query)


async def test_upload_counts(client: httpx.AsyncClient) -> None:
    body = b"x" * 700_000
    said = (await client.post("/upload?digest=sha256", content=body)).json()
    assert said == {"bytes": 700_000, "sha256": hashlib.sha256(body).hexdigest()}


@pytest.mark.parametrize("query", ["", "&chunked=1"])
async def test_cut_breaks_off(client: httpx.AsyncClient, backend: SampleBackend, query: str) -> None:
    received = bytearray()
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        async with client.stream("GET", f"/cut?bytes=2000{query}") as answer:
            async for piece in answer.aiter_raw():
                received += piece
    assert len(received) <= 1000
    await backend.until(lambda it: it.connections.broken == 1)


@pytest.mark.parametrize("code", [200, 204, 304, 401, 404, 503, 599])
async def test_status_answers_as_asked(client: httpx.AsyncClient, code: int) -> None:
    answer = await client.get(f"/status/{code}")
    assert answer.status_code == code
    assert answer.headers["x-sample-backend"] == "status"


async def test_status_refuses_what_is_none(client: httpx.AsyncClient) -> None:
    assert (await client.get("/status/9999")).status_code == 400


async def test_head_has_a_length_and_no_body(client: httpx.AsyncClient) -> None:
    answer = await client.head("/echo")
    assert int(answer.headers["content-length"]) > 0
    assert answer.content == b""
    assert (await client.get("/")).status_code == 200


async def test_protected_wants_its_user(client: httpx.AsyncClient) -> None:
    assert (await client.get("/protected")).headers["www-authenticate"].startswith("Basic")
    assert (await client.get("/protected", auth=("sample", "sample"))).json() == {"user": "sample"}


async def test_slow_takes_its_time(client: httpx.AsyncClient) -> None:
    assert (await client.get("/slow?seconds=0.01")).json() == {"seconds": 0.01}


async def test_silent_never_answers_and_notices_that_the_client_gave_up(
    client: httpx.AsyncClient, backend: SampleBackend
) -> None:
    with pytest.raises(httpx.ReadTimeout):
        await client.get("/silent", timeout=0.2)
    await backend.until(lambda it: it.connections.open == 0)


async def test_a_client_that_goes_in_mid_upload_is_noticed(backend: SampleBackend) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", backend.port)
    writer.write(b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
    await writer.drain()
    await backend.until(lambda it: it.connections.open == 1)
    writer.close()
    await backend.until(lambda it: it.connections.broken == 1 and it.connections.open == 0)
    assert [(seen.target, seen.body_bytes, seen.complete) for seen in backend.seen] == [("/upload", 4, False)]


async def test_continue_is_said_before_the_body_and_not_after_an_answer(backend: SampleBackend) -> None:
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    assert (await raw(backend, head % b"/echo")).startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")
    assert b"100 Continue" not in await raw(backend, head % ORDERS.encode())


@pytest.mark.parametrize("garbage", [b"garbage\r\n\r\n", b"GET / HTTP/1.1\r\nHal", b"\0" * (1 << 21)])
async def test_garbage_ends_the_connection_only(
    client: httpx.AsyncClient, backend: SampleBackend, garbage: bytes
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", backend.port)
    writer.write(garbage)
    writer.write_eof()
    await backend.until(lambda it: it.connections.broken == 1)
    writer.close()
    assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize("message", ["", "hello", "x" * 200, "y" * 70_000, b"\0\1"])
async def test_the_websocket_says_it_back(backend: SampleBackend, message: str | bytes) -> None:
    async with connect(f"ws://127.0.0.1:{backend.port}/websocket", compression=None) as socket:
        await socket.send(message)
        assert await socket.recv() == message
        await (await socket.ping())
    await backend.until(lambda it: it.connections.open == 0)
    assert backend.connections.broken == 0


async def test_as_a_program_it_prints_its_port_and_stops_when_told() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "landbridge.testing.sample_backend"], stdout=subprocess.PIPE, text=True, cwd=SOURCES
    ) as program:
        assert program.stdout
        port = json.loads(program.stdout.readline())["port"]
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{port}/")).status_code == 200
        program.terminate()
        assert program.wait(10) == 0


SOURCES = Path(__file__).parents[2] / "src"
