"""Connections that move big bodies one after another, served by one selector loop."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.backend import SEND_BUFFER
from bench.client import WrongAnswer, check, content_length
from bench.nouns import Direction, Subject

_BUFFER = memoryview(bytearray(1024 * 1024))
_ZEROS = memoryview(bytes(1024 * 1024))
_END = b"\r\n\r\n"
_STALL = 20.0


class Stalled(RuntimeError):
    """No byte moved for a long time."""


class Lane:
    """One kept-alive connection that fetches, or sends, `bodies` bodies (without limit when None)."""

    def __init__(self, subject: Subject, direction: Direction, body: int, bodies: int | None) -> None:
        upload = direction is Direction.UP
        self._request = subject.head("POST", "/sink", body) if upload else subject.head("GET", "/bulk")
        self._upload = body if upload else 0
        self._bodies_left = bodies
        self._head = b""
        self._to_read = 0
        self._to_send = 0
        self.moved = 0
        self.connection = socket.create_connection(("127.0.0.1", subject.port), 10)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.connection.setblocking(False)
        self._start()

    @property
    def done(self) -> bool:
        return self._bodies_left == 0

    @property
    def wanted(self) -> int:
        """The events this lane waits for."""
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if self._to_send else 0)

    def serve(self, events: int) -> None:
        """Do what can be done now. Raises `WrongAnswer` for an answer that is cut or not 200."""
        if events & selectors.EVENT_WRITE and self._to_send:
            self._to_send -= self.connection.send(_ZEROS[: self._to_send])
        if events & selectors.EVENT_READ:
            self._read()

    def _start(self) -> None:
        """Send the next request head. The send buffer is empty then, so one call takes all of it."""
        self.connection.send(self._request)
        self._to_send = self._upload

    def _read(self) -> None:
        got = self.connection.recv_into(_BUFFER)
        if not got:
            raise WrongAnswer("the connection was closed within a transfer")
        if not self._to_read:
            got = self._read_head(bytes(_BUFFER[:got]))
        self.moved += got
        self._to_read -= got
        if not self._to_read and not self._head:
            self._next()

    def _read_head(self, data: bytes) -> int:
        """Remember the length of the body; returns how many bytes of it are here already."""
        self._head += data
        head, end, rest = self._head.partition(_END)
        if not end:
            return 0
        check(head, rest)
        self._head = b""
        self._to_read = content_length(head)
        return len(rest)

    def _next(self) -> None:
        if self._bodies_left is not None:
            self._bodies_left -= 1
        if not self.done:
            self._start()


class Road:
    """Lanes side by side."""

    def __init__(self, lanes: list[Lane], selector: selectors.BaseSelector) -> None:
        self._lanes = lanes
        self._selector = selector

    @property
    def moved(self) -> int:
        """Body bytes of answers that arrived here."""
        return sum(lane.moved for lane in self._lanes)

    @property
    def done(self) -> bool:
        """Whether all lanes moved all their bodies."""
        return all(lane.done for lane in self._lanes)

    def drive(self, until: float) -> None:
        """Serve the lanes until a moment of the monotonic clock, or until all are done. Raises `Stalled`."""
        last = time.monotonic()
        while (now := time.monotonic()) < until and not self.done:
            ready = self._selector.select(0.1)
            for key, events in ready:
                self._serve(key, events)
            if ready:
                last = now
            elif now - last > _STALL:
                raise Stalled(f"no byte moved for {_STALL:.0f} s")

    def _serve(self, key: selectors.SelectorKey, events: int) -> None:
        lane: Lane = key.data
        lane.serve(events)
        if lane.wanted != key.events:
            self._selector.modify(lane.connection, lane.wanted, lane)


@contextmanager
def road(subject: Subject, direction: Direction, connections: int, body: int, bodies: int | None) -> Iterator[Road]:
    """So many connections to a subject, each moving `bodies` bodies of `body` bytes; closed at the end."""
    lanes: list[Lane] = []
    with selectors.DefaultSelector() as selector:
        try:
            for _ in range(connections):
                lane = Lane(subject, direction, body, bodies)
                lanes.append(lane)
                selector.register(lane.connection, lane.wanted, lane)
            yield Road(lanes, selector)
        finally:
            for lane in lanes:
                lane.connection.close()
