"""Failures on request at the HTTP door: refusals before anybody is asked, and answers that come late, slowly, in part.

The door looks at one attribute per request; nothing of this is in the way while nothing is wanted.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from landbridge.faults import Fault, FaultError, fault
from landbridge.gateway.answer_head import AnswerHeads
from landbridge.gateway.exchange import Client
from landbridge.injection.book import Injections
from landbridge.injection.row import HEADER, Call, Effect, Injection, Place
from landbridge.wire.messages import Opened

if TYPE_CHECKING:
    from landbridge.gateway.admission import Admitted
    from landbridge.gateway.http_door import HttpConnection

_log = logging.getLogger(__name__)

TICK = 0.05
"""Seconds between the pieces of a throttled answer."""
_WAITING = 65_536
"""Bytes that wait here before the exchange is told to stop."""


class Meddler:
    """Decides what happens to the requests of a door."""

    def __init__(self, injections: Injections) -> None:
        self._injections = injections

    def __call__(self, connection: HttpConnection, admitted: Admitted, request_id: str) -> Client:
        """Who takes the answer: the connection itself, or somebody in between.

        Raises `FaultError` where there is to be no answer of a backend.
        """
        system, path = f"{admitted.host}:{admitted.port}", admitted.target.partition("?")[0]
        row = self._injections.take(Place.DOOR, Call(subaccount=admitted.tenant, system=system, path=path))
        if row is None:
            return connection
        _log.warning("injected", extra={"injected": row.mark, "request_id": request_id, "tenant": admitted.tenant})
        if row.effect is Effect.REFUSE:
            connection.cut(None)
        if (refusal := _refusal(row, admitted)) is not None:
            raise FaultError(replace(refusal, mark=row.mark))
        return _Between(connection, row)


def _refusal(row: Injection, admitted: Admitted) -> Fault | None:
    """The fault that traffic would meet; None for what is done to an answer."""
    match row.effect:
        case Effect.REFUSE | Effect.STATUS:
            injected = fault("proxy.injected", number=row.number, effect=row.effect.value)
            return replace(injected, kind=replace(injected.kind, status=row.status))
        case Effect.EXPIRED_TOKEN:
            return fault("proxy.token-expired", expired="(injected)")
        case Effect.WRONG_KEY:
            return fault("proxy.token-invalid", reason="the signature does not verify (injected)")
        case Effect.LOST_CONNECTOR:
            return fault("tunnel.no-connector", subaccount=admitted.tenant, location=admitted.location)
        case _:
            return None


class _Between:
    """Takes an answer in place of the connection, and hands it on later, slowly or in part."""

    def __init__(self, connection: HttpConnection, row: Injection) -> None:
        self._connection = connection
        self._row = row
        self._waiting: deque[Callable[[], None] | bytes] = deque()
        self._size = 0
        self._in_body = False
        self._left = row.size
        self._is_over = False
        loop = asyncio.get_running_loop()
        self._later = loop.call_later
        self._held = row.effect is Effect.DELAY
        if self._held:
            self._later(row.seconds, self._release)
        elif row.effect is Effect.THROTTLE:
            self._later(TICK, self._tick)

    @property
    def paused(self) -> bool:
        return self._connection.paused or self._size > _WAITING

    @property
    def heads(self) -> AnswerHeads:
        return self._connection.heads

    def write(self, data: bytes | memoryview, *, last: bool = False) -> None:
        text = self._marked(bytes(data))
        if self._row.effect is Effect.CUT:
            self._write_until_the_cut(text)
        elif self._row.effect is Effect.THROTTLE or self._held:
            self._waiting.append(text)
            self._size += len(text)
        else:
            self._connection.write(text)

    def _marked(self, data: bytes) -> bytes:
        """With our header, where the answer's own head begins."""
        if self._in_body or data.startswith((b"HTTP/1.1 100", b"HTTP/1.1 102", b"HTTP/1.1 103")):
            return data
        self._in_body = True
        line, end, rest = data.partition(b"\r\n")
        return b"%s%s%s: %s\r\n%s" % (line, end, HEADER.encode(), self._row.mark.encode(), rest)

    def _write_until_the_cut(self, text: bytes) -> None:
        if self._is_over:
            return
        head, end, body = text.partition(b"\r\n\r\n") if text.startswith(b"HTTP/1.") else (b"", b"", text)
        part = body[: self._left]
        self._left -= len(part)
        self._connection.write(head + end + part)
        if body and not self._left:
            self._is_over = True
            # The bytes leave first: the connection joins what is written in a turn of the loop.
            self._later(TICK, self._connection.cut, None)

    def opened(self, opened: Opened) -> None:
        self._then(lambda: self._connection.opened(opened))

    def answering(self) -> None:
        self._then(self._connection.answering)

    def answered(self, *, keep: bool) -> None:
        self._end(lambda: self._connection.answered(keep=keep))

    def refused(self, reason: Fault) -> None:
        marked = replace(reason, mark=self._row.mark)
        self._end(lambda: self._connection.refused(marked))

    def cut(self, reason: Fault | None) -> None:
        self._end(lambda: self._connection.cut(reason))

    def upgraded(self) -> None:
        self._then(self._connection.upgraded)

    def room(self) -> None:
        self._connection.room()

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
        while self._waiting and allowance > 0 and not self._connection.paused:
            first = self._waiting.popleft()
            if isinstance(first, bytes):
                if len(first) > allowance:
                    self._waiting.appendleft(first[allowance:])
                    first = first[:allowance]
                allowance -= len(first)
            self._hand_on(first)
        self._go_on()
        if self._connection.busy and not self._is_over:
            self._later(TICK, self._tick)

    def _hand_on(self, what: Callable[[], None] | bytes) -> None:
        if isinstance(what, bytes):
            self._size -= len(what)
            self._connection.write(what)
        else:
            what()

    def _go_on(self) -> None:
        """Let the exchange send more."""
        if not self.paused:
            self._connection.resume_writing()
