"""Who stands between a tunnel and a client whose answer is to come late, slowly, or in part."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from landbridge.faults import Fault
from landbridge.gateway.answer_head import AnswerHeads
from landbridge.gateway.exchange import Client
from landbridge.injection.row import HEADER, Effect, Injection
from landbridge.relay.inward import RelayClient
from landbridge.wire.messages import Opened

TICK = 0.05
"""Seconds between the pieces of a throttled answer."""
_WAITING = 65_536
"""Bytes that wait here before the tunnel is told to stop."""


class Connection(Protocol):
    """What is needed of a client's connection, whichever door it came through."""

    @property
    def paused(self) -> bool: ...

    @property
    def busy(self) -> bool: ...

    def resume_writing(self) -> None: ...
    def write(self, data: bytes | memoryview) -> None: ...
    def refused(self, reason: Fault) -> None: ...
    def cut(self, reason: Fault | None) -> None: ...
    def room(self) -> None: ...


class _Between:
    """Hands on what comes, later, slowly or in part, and in the order in which it came."""

    def __init__(self, connection: Connection, row: Injection) -> None:
        self._behind = connection
        self._row = row
        self._waiting: deque[Callable[[], None] | bytes] = deque()
        self._size = 0
        self._left = row.size
        self._is_over = False
        self._later = asyncio.get_running_loop().call_later
        self._held = row.effect is Effect.DELAY
        if self._held:
            self._later(row.seconds, self._release)
        elif row.effect is Effect.THROTTLE:
            self._later(TICK, self._tick)

    @property
    def paused(self) -> bool:
        return self._behind.paused or self._size > _WAITING

    def refused(self, reason: Fault) -> None:
        marked = replace(reason, mark=self._row.mark)
        self._end(lambda: self._behind.refused(marked))

    def cut(self, reason: Fault | None) -> None:
        self._end(lambda: self._behind.cut(reason))

    def room(self) -> None:
        self._behind.room()

    def _pass(self, head: bytes, body: bytes) -> None:
        """Bytes of the answer; only those of its body count."""
        if self._row.effect is Effect.CUT:
            self._pass_until_the_cut(head, body)
        elif self._row.effect is Effect.THROTTLE or self._held:
            self._waiting.append(head + body)
            self._size += len(head) + len(body)
        else:
            self._behind.write(head + body)

    def _pass_until_the_cut(self, head: bytes, body: bytes) -> None:
        if self._is_over:
            return
        part = body[: self._left]
        self._left -= len(part)
        self._behind.write(head + part)
        if body and not self._left:
            self._is_over = True
            # The bytes leave first: the connection joins what is written in a turn of the loop.
            self._later(TICK, self._behind.cut, None)

    def _then(self, happens: Callable[[], None]) -> None:
        if self._held or self._row.effect is Effect.THROTTLE:
            self._waiting.append(happens)
        else:
            happens()

    def _end(self, happens: Callable[[], None]) -> None:
        """Like `_then`, for what comes last; nothing comes after a cut."""

        def last() -> None:
            if not self._is_over:
                self._is_over = True
                happens()

        self._then(last)

    def _release(self) -> None:
        """The delay is over."""
        self._held = False
        while self._waiting:
            self._hand_on(self._waiting.popleft())
        self._go_on()

    def _tick(self) -> None:
        """Hand on what may pass now, in the order in which it came."""
        allowance = max(1, int(self._row.size * TICK))
        while self._waiting and allowance > 0 and not self._behind.paused:
            first = self._waiting.popleft()
            if isinstance(first, bytes):
                if len(first) > allowance:
                    self._waiting.appendleft(first[allowance:])
                    first = first[:allowance]
                allowance -= len(first)
            self._hand_on(first)
        self._go_on()
        if self._behind.busy and not self._is_over:
            self._later(TICK, self._tick)

    def _hand_on(self, what: Callable[[], None] | bytes) -> None:
        if isinstance(what, bytes):
            self._size -= len(what)
            self._behind.write(what)
        else:
            what()

    def _go_on(self) -> None:
        """Let the tunnel send more."""
        if not self.paused:
            self._behind.resume_writing()


class HttpClient(Client, Connection, Protocol):
    """A connection of the HTTP door."""


class BetweenRequest(_Between):
    """Takes the answer to an HTTP request; its head gets our mark."""

    def __init__(self, connection: HttpClient, row: Injection) -> None:
        super().__init__(connection, row)
        self._connection = connection
        self._in_body = False

    @property
    def heads(self) -> AnswerHeads:
        return self._connection.heads

    def write(self, data: bytes | memoryview, *, last: bool = False) -> None:
        head, body = self._parts(bytes(data))
        self._pass(head, body)

    def _parts(self, data: bytes) -> tuple[bytes, bytes]:
        """Head and body; the answer's own head, and not one of 1xx, with our header."""
        if self._in_body:
            return b"", data
        head, end, body = data.partition(b"\r\n\r\n")
        if data.startswith((b"HTTP/1.1 100", b"HTTP/1.1 102", b"HTTP/1.1 103")):
            return head + end, body
        self._in_body = True
        line, line_end, rest = head.partition(b"\r\n")
        return b"%s%s%s: %s\r\n%s%s" % (line, line_end, HEADER.encode(), self._row.mark.encode(), rest, end), body

    def opened(self, opened: Opened) -> None:
        self._then(lambda: self._connection.opened(opened))

    def answering(self) -> None:
        self._then(self._connection.answering)

    def answered(self, *, keep: bool) -> None:
        self._end(lambda: self._connection.answered(keep=keep))

    def upgraded(self) -> None:
        self._then(self._connection.upgraded)


class TcpClient(RelayClient, Connection, Protocol):
    """A connection of the SOCKS5 door."""


class BetweenBytes(_Between):
    """Takes the bytes of a bare connection, and the SOCKS5 reply before them."""

    def __init__(self, connection: TcpClient, row: Injection) -> None:
        super().__init__(connection, row)
        self._connection = connection

    def write(self, data: bytes | memoryview) -> None:
        self._pass(b"", bytes(data))

    def connected(self, opened: Opened) -> None:
        self._then(lambda: self._connection.connected(opened))

    def ended(self) -> None:
        if not self._is_over:
            self._then(self._connection.ended)
