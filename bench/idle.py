"""Idle things and what each of them holds: client connections, raw streams, tunnels.

A few go first without being counted: what a program makes once is nobody's share. The last figures are taken after a
moment of rest, in which buffers that were needed for the setting up can be given back.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from bench.client import WrongAnswer, content_length, read_head
from bench.nouns import IdleRun, SocksEntrance, Subject
from bench.options import Idle
from bench.processes import resident

_WARM_UP = 5
_REST = 1.0


def connections(subject: Subject, idle: Idle) -> list[IdleRun]:
    """Client connections that asked once and are kept alive. Raises `WrongAnswer` or `OSError`."""
    with _held(lambda: _asked(subject), _WARM_UP):
        time.sleep(_REST)
        before = _resident(subject.programs)
        with _held(lambda: _asked(subject), idle.connections):
            return _runs(subject, "client connections", idle.connections, before, subject.programs)


def streams(subject: Subject, idle: Idle) -> list[IdleRun]:
    """Raw connections through the SOCKS5 door. Nothing for subjects that have none."""
    entrance = subject.socks
    if entrance is None:
        return []
    with _held(lambda: _through_socks(entrance), _WARM_UP):
        time.sleep(_REST)
        before = _resident(subject.programs)
        with _held(lambda: _through_socks(entrance), idle.streams):
            return _runs(subject, "SOCKS5 streams", idle.streams, before, subject.programs)


def tunnels(subject: Subject, idle: Idle) -> list[IdleRun]:
    """Tunnels without a stream, at the end near the clients. Nothing for subjects that cannot hold more."""
    if subject.hold_tunnels is None:
        return []
    near = next(iter(subject.programs))
    programs = {near: subject.programs[near]}
    with subject.hold_tunnels(_WARM_UP):
        time.sleep(_REST)
    before = _resident(programs)
    with subject.hold_tunnels(idle.tunnels):
        return _runs(subject, "tunnels", idle.tunnels, before, programs)


def _runs(
    subject: Subject, what: str, count: int, before: Mapping[str, int], programs: Mapping[str, int]
) -> list[IdleRun]:
    time.sleep(_REST)
    after = _resident(programs)
    return [IdleRun(subject.name, what, name, count, before[name], after[name]) for name in programs]


def _resident(programs: Mapping[str, int]) -> dict[str, int]:
    return {name: resident(pid) for name, pid in programs.items()}


@contextmanager
def _held(connect: Callable[[], socket.socket], count: int) -> Iterator[None]:
    with ExitStack() as opened:
        for _ in range(count):
            opened.enter_context(connect())
        yield


def _asked(subject: Subject) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", subject.port), 10)
    connection.sendall(subject.head("GET", "/small"))
    return _answered(connection)


def _through_socks(entrance: SocksEntrance) -> socket.socket:
    """The whole handshake at once, and a request behind it."""
    connection = socket.create_connection(("127.0.0.1", entrance.port), 10)
    token, host = entrance.token.encode(), entrance.host.encode()
    connection.sendall(
        b"\x05\x01\x80"
        + (b"\x01" + len(token).to_bytes(4, "big") + token + b"\x00")
        + (b"\x05\x01\x00\x03" + bytes([len(host)]) + host + entrance.host_port.to_bytes(2, "big"))
    )
    answer = b""
    while len(answer) < 14:
        piece = connection.recv(14 - len(answer))
        if not piece:
            break
        answer += piece
    if answer[:6] != b"\x05\x80\x01\x00\x05\x00":
        raise WrongAnswer(f"the SOCKS5 door answered {answer.hex()}")
    connection.sendall(b"GET /small HTTP/1.1\r\nHost: x\r\n\r\n")
    return _answered(connection)


def _answered(connection: socket.socket) -> socket.socket:
    head, rest = read_head(connection)
    missing = content_length(head) - len(rest)
    while missing > 0:
        missing -= len(connection.recv(missing)) or missing
    return connection
