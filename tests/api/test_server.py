"""Listeners: a port that cannot be had is a named fault."""

from __future__ import annotations

import asyncio
import json
import signal
import socket

import httpx
import pytest

from landbridge.api.server import HttpServer, listening_socket
from landbridge.faults import FaultError

pytestmark = pytest.mark.anyio


def test_a_port_in_use_is_named_with_the_option_that_moves_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(FaultError) as caught:
            listening_socket("127.0.0.1", port, "API", "--http-port")
    assert caught.value.fault.code == "platform.port-in-use"
    assert str(port) in caught.value.fault.sentence
    assert "--http-port" in caught.value.fault.action


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_named(host: str) -> None:
    with pytest.raises(FaultError) as caught:
        listening_socket(host, 0, "API", "--http-port")
    assert caught.value.fault.code == "platform.address-unusable"
    assert host in caught.value.fault.sentence


async def test_the_server_leaves_signals_alone_and_stops_with_an_open_connection() -> None:
    async def app(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    before = signal.getsignal(signal.SIGTERM)
    server = HttpServer(app, listening_socket("127.0.0.1", 0, "API", "--http-port"), grace=1)
    await server.start()
    assert signal.getsignal(signal.SIGTERM) is before
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"http://127.0.0.1:{server.port}/"
        assert (await client.get(url)).status_code == 204
        async with asyncio.timeout(5):
            await server.stop()
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


async def test_stopping_before_the_start_frees_the_port() -> None:
    sock = listening_socket("127.0.0.1", 0, "API", "--http-port")
    port = sock.getsockname()[1]
    await HttpServer(lambda *_: None, sock).stop()  # type: ignore[arg-type]
    listening_socket("127.0.0.1", port, "API", "--http-port").close()


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhal"])
async def test_a_request_that_does_not_arrive_is_given_up(said: bytes) -> None:
    async def app(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    socket_ = listening_socket("127.0.0.1", 0, "API", "--http-port")
    server = HttpServer(app, socket_, grace=1, message_timeout=0.2)
    await server.start()
    try:
        whole = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok"
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(whole)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
        await asyncio.sleep(0.3)  # a kept-alive connection may rest for longer
        writer.write(whole)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
        writer.write(said)
        if said:
            async with asyncio.timeout(5):
                with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                    await reader.readuntil(b"\r\n\r\n")
        writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(said)
        async with asyncio.timeout(5):
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await reader.readuntil(b"\r\n\r\n")
        writer.close()
    finally:
        await server.stop()


@pytest.mark.parametrize(
    "said",
    [
        b"no HTTP\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: a\nb\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_refused_by_name(said: bytes) -> None:
    server = HttpServer(lambda *_: None, listening_socket("127.0.0.1", 0, "API", "--http-port"))  # type: ignore[arg-type]
    await server.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(said)
        async with asyncio.timeout(5):
            head, body = (await reader.read()).split(b"\r\n\r\n")
        writer.close()
    finally:
        await server.stop()
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    assert first == "HTTP/1.1 400 Bad Request"
    assert headers["x-internal-error-code"] == json.loads(body)["code"] == "platform.request-invalid"
    assert headers["x-request-id"] == json.loads(body)["requestId"]
    assert (headers["connection"], headers["content-length"]) == ("close", str(len(body)))
