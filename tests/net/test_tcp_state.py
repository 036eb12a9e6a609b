"""What the system knows of a connection on which nothing is heard."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from landbridge.lab.possible import on_linux
from landbridge.lab.servers.deafness import deafen
from landbridge.net.tcp_state import resent

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(bool(on_linux()), reason=on_linux() or "none")]


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as near:
        far, _ = listener.accept()
        with far:
            yield near, far


async def test_a_program_that_reads_nothing_lives_on_a_machine_that_acknowledges(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    near, _ = pair
    near.sendall(b"is anybody there")
    assert resent(near) == 0


async def test_what_nobody_acknowledges_is_sent_again(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = pair
    deafen(far)
    near.sendall(b"is anybody there")
    async with asyncio.timeout(5):
        while not resent(near):  # noqa: ASYNC110 - the system tells nobody
            await asyncio.sleep(0.02)


def test_what_is_no_tcp_connection_tells_nothing() -> None:
    near, far = socket.socketpair()
    with near, far:
        assert resent(near) is None
