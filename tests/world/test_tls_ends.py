"""How servers with TLS end their connections, and what clients see of it: whole, or cut (RFC 9112 §9.8).

The servers block, in threads of their own: the loops' transports say close_notify whether one wants it or not.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Protocol, Resource
from landbridge.testing.world import ACME, World, world
from tests.world.certificates import authority, issue, server_context
from tests.world.client import Client, End, request
from tests.world.test_socks import SUCCESS, handshake

pytestmark = pytest.mark.anyio

BODY = bytes(range(256)) * 12_000
"""More than what fits into all the buffers on the way, so that the connector has to stop reading."""
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
SIZED = UNTIL_CLOSE[:-2] + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(BODY)


@pytest.fixture(scope="module", params=[True, False], ids=["uvloop", "asyncio"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return ("asyncio", {"use_uvloop": request.param})


def notify(connection: ssl.SSLSocket) -> None:
    """Say that this is the end, and go."""
    connection.setblocking(False)
    with contextlib.suppress(ssl.SSLError, BlockingIOError):
        connection.unwrap()
    connection.close()


def drop(connection: ssl.SSLSocket) -> None:
    """End TCP without a word."""
    os.close(connection.detach())


def serve(listener: socket.socket, tls: ssl.SSLContext, answer: bytes, end: Callable[[ssl.SSLSocket], None]) -> None:
    """Answer one connection: read a little, write everything, end."""
    with contextlib.suppress(OSError):
        accepted, _ = listener.accept()
        connection = tls.wrap_socket(accepted, server_side=True)
        connection.recv(65_536)
        connection.sendall(answer)
        end(connection)


@contextlib.contextmanager
def server(tls: ssl.SSLContext, answer: bytes, end: Callable[[ssl.SSLSocket], None]) -> Iterator[int]:
    """Port of a server that gives one answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener, tls, answer, end))
        thread.start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.fixture(scope="module")
async def tls_world(
    anyio_backend: object, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[World, ssl.SSLContext, str]]:
    """A world without connectors, a server's certificate, and the authority that a connector may trust."""
    folder = tmp_path_factory.mktemp("world")
    issuer = authority()
    ca = folder / "ca.pem"
    ca.write_text(issuer.certificate_pem)
    async with world(folder, connectors=()) as running:
        yield running, server_context(issue(issuer), folder), str(ca)


Scene = tuple[World, ssl.SSLContext, str]


async def expose(scene: Scene, port: int, protocol: Protocol) -> str:
    """Run a connector with a mapping to that port; its location id."""
    running, _, ca = scene
    name = f"{protocol}-{port}"
    resources = (Resource("/"),) if protocol is Protocol.HTTPS else ()
    mapping = Mapping("erp.virtual", 80, "127.0.0.1", port, protocol, resources=resources)
    await running.add_connector(ConnectorContent(name, ACME, name, mappings=(mapping,), trusted_ca_files=(ca,)))
    return name


@pytest.mark.parametrize("is_slow", [False, True], ids=["quick", "slow"])
@pytest.mark.parametrize(
    ("head", "end", "expected"),
    [
        (UNTIL_CLOSE, notify, End.WHOLE),
        (UNTIL_CLOSE, drop, End.RESET),
        (SIZED, notify, End.WHOLE),
        (SIZED, drop, End.WHOLE),
    ],
    ids=["until close, notify", "until close, drop", "sized, notify", "sized, drop"],
)
async def test_an_answer(
    tls_world: Scene, head: bytes, end: Callable[[ssl.SSLSocket], None], expected: End, is_slow: bool
) -> None:
    running, tls, _ = tls_world
    with server(tls, head + BODY, end) as port:
        location = await expose(tls_world, port, Protocol.HTTPS)
        line = f"SAP-Connectivity-SCC-Location_ID: {location}"
        async with await Client.open(running.door, limit=2**12) as client:
            await client.send(request("http://erp.virtual/", await running.token(), line, version="1.0"))
            if is_slow:
                await asyncio.sleep(0.5)
            answer = await client.answer()
    assert (answer.status, answer.end) == (200, expected)
    if expected is End.WHOLE:
        assert answer.body == BODY
    else:
        assert BODY.startswith(answer.body)


@pytest.mark.parametrize("is_slow", [False, True], ids=["quick", "slow"])
@pytest.mark.parametrize("end", [notify, drop])
async def test_a_bare_connection(tls_world: Scene, end: Callable[[ssl.SSLSocket], None], is_slow: bool) -> None:
    running, tls, _ = tls_world
    with server(tls, BODY, end) as port:
        location = await expose(tls_world, port, Protocol.TCPS)
        reader, writer = await asyncio.open_connection("127.0.0.1", running.cloud.gateway.socks_port, limit=2**12)
        encoded = base64.b64encode(location.encode())
        writer.write(handshake(await running.token(), encoded, host="erp.virtual", port=80) + b"hello")
        assert await reader.readexactly(len(SUCCESS)) == SUCCESS
        if is_slow:
            await asyncio.sleep(0.5)
        assert await reader.read() == BODY
        writer.close()
