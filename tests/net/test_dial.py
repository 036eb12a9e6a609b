"""Opening connections, and each way to fail at it, against real sockets."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from landbridge.net.dial import DialFailed, DialProblem, connect, dial_failed
from tests.world.backends import Connection, closed_port, raw_backend
from tests.world.certificates import authority, issue, server_context
from tests.world.full_listener import full_listener

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=[True, False], ids=["uvloop", "asyncio"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return ("asyncio", {"use_uvloop": request.param})


async def problem(host: str, port: int, tls: ssl.SSLContext | None = None) -> DialProblem:
    with pytest.raises(DialFailed) as caught:
        await connect(asyncio.Protocol, host, port, timeout=0.5, tls=tls)
    assert caught.value.reason
    return caught.value.problem


async def idle(connection: Connection) -> None:
    await connection.rest()


async def hang_up(connection: Connection) -> None:
    connection.reset()


async def test_a_connection_sends_small_writes_at_once() -> None:
    async with raw_backend(idle) as backend:
        transport, _ = await connect(asyncio.Protocol, "localhost", backend.port, timeout=2)
        sock: socket.socket = transport.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        transport.write(b"hello")
        transport.close()
        await (await backend.first()).closed.wait()
        assert backend.received == [b"hello"]


async def test_refused() -> None:
    assert await problem("127.0.0.1", closed_port()) is DialProblem.REFUSED


async def test_the_queue_is_full() -> None:
    with full_listener() as port:
        assert await problem("127.0.0.1", port) is DialProblem.TIMEOUT


@pytest.mark.parametrize("name", ["no-such-host.invalid", "a" * 70 + ".invalid", "bad..name"])
async def test_unresolved(name: str) -> None:
    assert await problem(name, 9) is DialProblem.UNRESOLVED


async def test_tls(tmp_path: Path) -> None:
    trusted, stranger = authority(), authority()
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust.load_verify_locations(cadata=trusted.certificate_pem)
    async with raw_backend(idle, server_context(issue(trusted), tmp_path)) as good:
        transport, _ = await connect(asyncio.Protocol, "127.0.0.1", good.port, timeout=2, tls=trust)
        transport.abort()
        assert await problem("localhost", good.port, trust) is DialProblem.CERTIFICATE
    async with raw_backend(idle, server_context(issue(stranger), tmp_path)) as bad:
        assert await problem("127.0.0.1", bad.port, trust) is DialProblem.CERTIFICATE
    async with raw_backend(idle) as plain:
        assert await problem("127.0.0.1", plain.port, trust) is DialProblem.TLS
    async with raw_backend(hang_up) as rude:
        assert await problem("127.0.0.1", rude.port, trust) in (DialProblem.CLOSED, DialProblem.TLS)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.EHOSTUNREACH, "x"), DialProblem.UNREACHABLE),
        (OSError(errno.ENETUNREACH, "x"), DialProblem.UNREACHABLE),
        (OSError(errno.ETIMEDOUT, "x"), DialProblem.TIMEOUT),
        (ConnectionResetError(errno.ECONNRESET, "x"), DialProblem.CLOSED),
        (OSError(errno.EMFILE, "x"), DialProblem.EXHAUSTED),
    ],
)
async def test_errors_by_type_and_number(error: OSError, expected: DialProblem) -> None:
    assert dial_failed(error).problem is expected
