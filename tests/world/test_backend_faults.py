"""Backends that fail, each in its own way and with its own fault (connectivity-proxy §5 rows 11 to 13)."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator

import pytest

from landbridge.connector.settings import ConnectorSettings
from landbridge.model.landscape import ConnectorContent
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.world.backends import Connection, Script, closed_port, raw_backend
from tests.world.client import Answer, Client, ask, request
from tests.world.full_listener import full_listener

pytestmark = pytest.mark.anyio

SHORT = ConnectorSettings(connect_timeout=0.4, first_byte_timeout=0.4, body_idle_timeout=0.4)


@pytest.fixture(scope="module")
async def shared(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world with short deadlines; connectors come with the tests."""
    async with world(tmp_path_factory.mktemp("world"), connectors=(), connector_settings=SHORT) as running:
        yield running


async def call(
    erp: World, port: int, *lines: str, host: str = "127.0.0.1", method: str = "GET", body: bytes | None = None
) -> Answer:
    """Ask a backend on that port, through a connector that exposes it under the port's own location."""
    mapping = erp_mapping(port)
    mapping = type(mapping)(mapping.virtual_host, 80, host, port, resources=mapping.resources)
    location = f"at-{host}-{port}"
    if location not in erp.connectors:
        await erp.add_connector(ConnectorContent(location, ACME, location, mappings=(mapping,)))
    where = f"SAP-Connectivity-SCC-Location_ID: {location}"
    data = request("http://erp.virtual/x", await erp.token(), where, *lines, method=method, body=body)
    return await ask(erp.door, data, method)


async def test_refused(erp: World) -> None:
    answer = await call(erp, closed_port())
    assert (answer.status, answer.fault) == (502, "backend.refused")
    assert answer.body == b"Unable to open connection to backend system erp.virtual:80. Connection refused."
    assert answer.header("x-error-origin") == "backend"


async def test_never_accepts(erp: World) -> None:
    with full_listener() as port:
        answer = await call(erp, port)
    assert (answer.status, answer.fault) == (502, "backend.connect-timeout")
    assert answer.body == b"Unable to open connection to backend system erp.virtual:80. The connection timed out."


async def test_unknown_name(erp: World) -> None:
    answer = await call(erp, 80, host="no-such-host.invalid")
    assert (answer.status, answer.fault) == (502, "backend.unresolved")


async def silence(connection: Connection) -> None:
    await connection.head()


@contextlib.asynccontextmanager
async def silent() -> AsyncIterator[int]:
    async with raw_backend(silence) as backend:
        yield backend.port


@contextlib.asynccontextmanager
async def full() -> AsyncIterator[int]:
    with full_listener() as port:
        yield port


PLACES = {
    "refused": ("127.0.0.1", lambda: contextlib.nullcontext(closed_port())),
    "unresolved": ("no-such-host.invalid", lambda: contextlib.nullcontext(4711)),
    "connect-timeout": ("127.0.0.1", full),
    "silent": ("127.0.0.1", silent),
}


@pytest.mark.parametrize("problem", PLACES)
async def test_only_the_operator_of_the_connector_learns_the_internal_address(
    erp: World, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    host, place = PLACES[problem]
    log = "landbridge.connector.session"
    with caplog.at_level(logging.INFO, log):
        async with place() as port:
            answer = await call(erp, port, host=host)
    assert answer.fault == f"backend.{problem}"
    told = f"{answer.headers}{answer.body!r}"
    assert (host in told, str(port) in told) == (False, False), told
    (trouble,) = erp.connectors[f"at-{host}-{port}"].connector.status().troubles
    assert (trouble.system, trouble.internal, trouble.code) == ("erp.virtual:80", f"{host}:{port}", answer.fault)
    assert trouble.request == answer.header("x-request-id")
    logged = [record.__dict__ for record in caplog.records if (record.name, record.message) == (log, "refused")]
    assert [(line["internal"], line["request"]) for line in logged] == [(f"{host}:{port}", trouble.request)]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_accepts_and_never_answers(erp: World, method: str) -> None:
    async with raw_backend(silence) as backend:
        answer = await call(erp, backend.port, method=method, body=b"x" if method == "POST" else None)
        assert (answer.status, answer.fault) == (504, "backend.silent")
        assert answer.body == b"Connection to the backend is timeout. Gateway Timeout Error"
        assert "within 0.4 seconds" in (answer.header("x-error-message") or "")
        await backend.connections[0].closed.wait()


async def test_never_answers_an_upgrade(erp: World) -> None:
    async with raw_backend(silence) as backend:
        answer = await call(erp, backend.port, "Connection: Upgrade", "Upgrade: websocket")
        assert (answer.status, answer.fault) == (504, "backend.silent")


async def test_stops_within_its_head(erp: World) -> None:
    async def half_a_head(connection: Connection) -> None:
        await connection.head()
        connection.send(b"HTTP/1.1 200 OK\r\nX-Half")

    async with raw_backend(half_a_head) as backend:
        assert (await call(erp, backend.port)).fault == "backend.silent"


async def close_at_once(connection: Connection) -> None:
    connection.writer.close()


async def close_after_head(connection: Connection) -> None:
    await connection.head()
    connection.writer.close()


async def reset_after_head(connection: Connection) -> None:
    await connection.head()
    connection.reset()


async def close_within_head(connection: Connection) -> None:
    await connection.head()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-")
    connection.writer.close()


@pytest.mark.parametrize("script", [close_at_once, close_after_head, reset_after_head, close_within_head])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_closes_without_an_answer(erp: World, script: Script, method: str) -> None:
    async with raw_backend(script) as backend:
        for _ in range(5):
            answer = await call(erp, backend.port, method=method)
            assert (answer.status, answer.fault) == (502, "backend.closed")
            text = b"Connection to backend system erp.virtual:80 was closed before a response was received"
            assert answer.body == text
        assert len(backend.connections) == 5, "a fresh connection that fails is not tried again"


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"\x15\x03\x03\x00\x02\x02\x46\r\n\r\n",
        b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: 0\n\n\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: \0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 9000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: 1234567890\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
        b"x" * 20_000,
    ],
)
async def test_answers_with_garbage(erp: World, garbage: bytes) -> None:
    async def script(connection: Connection) -> None:
        await connection.head()
        connection.send(garbage)

    async with raw_backend(script) as backend:
        answer = await call(erp, backend.port)
        assert (answer.status, answer.fault) == (502, "backend.answer-invalid")
        await backend.connections[0].closed.wait()


async def test_speaks_before_it_is_asked(erp: World) -> None:
    async def script(connection: Connection) -> None:
        connection.send(b"220 mail.example ESMTP\r\n")

    async with raw_backend(script) as backend:
        answer = await call(erp, backend.port)
        assert answer.fault in ("backend.answer-invalid", "backend.closed", "backend.silent")


async def test_more_than_one_answer_is_never_the_next_ones(erp: World) -> None:
    async def script(connection: Connection) -> None:
        while True:
            await connection.head()
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + b"HTTP/1.1 200 OK\r\n\r\nevil")

    async with raw_backend(script) as backend:
        assert (await call(erp, backend.port)).body == b"ok"
        location = f"SAP-Connectivity-SCC-Location_ID: at-127.0.0.1-{backend.port}"
        async with await Client.open(erp.door) as client:
            data = request("http://erp.virtual/x", await erp.token(), location)
            assert [(await client.ask(data)).body for _ in range(3)] == [b"ok"] * 3
        assert len(backend.connections) == 4
