"""Runs a multiplexing protocol machine on a transport: batches its writes, keeps it alive, reports its end.

All frames of one event-loop turn go out in one write (design §5: 36,000 requests/s instead of 14,000), and little is
kept in the transport, so that pings and other streams are never far behind bulk (traps 4).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, cast

from landbridge.net.tcp_state import resent

HIGH_WATER = 65_536
LOW_WATER = 16_384
NOT_SENT_LOW_WATER = 131_072
TURN_SIZE = 65_536
EAGER = 8
"""Sends after which a turn's frames go out before its end: else gateway and connector would take turns, one working
through a whole batch of requests while the other waits for it."""
_TCP_NOTSENT_LOWAT = getattr(socket, "TCP_NOTSENT_LOWAT", 25 if hasattr(socket, "SO_INCOMING_CPU") else None)


class Machine(Protocol):
    """A protocol without I/O, as `wire.mux.Mux` is one."""

    def receive(self, data: bytes) -> Iterable[Any]: ...
    def take(self, size: int) -> list[Any]: ...
    def room_gained(self) -> Iterable[Any]: ...
    def ping(self, value: int) -> None: ...
    @property
    def wants_write(self) -> bool: ...


class LinkOwner(Protocol):
    """Who handles what happens on a link."""

    def on_events(self, events: Iterable[Any]) -> None:
        """Events of the machine, in order."""

    def on_broken(self, error: Exception) -> None:
        """The machine refused the peer's bytes. The link closes after the owner has returned."""

    def on_closed(self, silent: bool) -> None:
        """The connection is gone; `silent`: because no sign of life came in time."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What came of a ping on one connection. Times are in seconds.

    round_trip  None: no answer in time
    quiet       since anything was heard, when the ping went out
    resent      how often in a row the system has sent the same again unacknowledged; None: it does not tell
    """

    round_trip: float | None
    quiet: float
    resent: int | None


class Link(asyncio.Protocol):
    """One connection with a machine on it."""

    def __init__(self, machine: Machine, owner: LinkOwner, *, ping_interval: float, ping_timeout: float) -> None:
        self._machine = machine
        self._owner = owner
        self._ping_interval = ping_interval
        self._ping_timeout = ping_timeout
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._scheduled = False
        self._woken = 0
        self._paused = False
        self._silent = False
        self._heard = self._loop.time()
        self._ping_value = 0
        self._timer: asyncio.TimerHandle | None = None
        self.round_trip = 0.0
        """Seconds of the last answered ping."""
        self._pinged = 0.0
        self._measuring: list[asyncio.Future[None]] = []

    # ------------------------------------------------------------------ transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own classes do not derive from it
        self._transport.set_write_buffer_limits(high=HIGH_WATER, low=LOW_WATER)
        connection = transport.get_extra_info("socket")
        if connection is not None and _TCP_NOTSENT_LOWAT is not None:
            connection.setsockopt(socket.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, NOT_SENT_LOW_WATER)
        self._timer = self._loop.call_later(self._ping_interval, self._tick)
        self.wake()

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        try:
            events = self._machine.receive(data)
        except Exception as error:  # noqa: BLE001 - whatever the machine raises ends this link, and only this link
            self._owner.on_broken(error)
            self._flush()
            self.close()
            return
        self._owner.on_events(events)
        if self._machine.wants_write:
            self.wake()

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        self._owner.on_closed(self._silent)

    # ------------------------------------------------------------------ sending

    def wake(self) -> None:
        """Something may wait in the machine: write it at the end of this loop turn."""
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._flush)
        self._woken += 1
        if self._woken == EAGER:
            self._write()

    def _flush(self) -> None:
        self._scheduled = False
        self._write()
        events = self._machine.room_gained()
        if events:
            self._owner.on_events(events)
            if self._machine.wants_write:
                self.wake()

    def _write(self) -> None:
        self._woken = 0
        machine, transport = self._machine, self._transport
        if transport is not None and transport.is_closing():
            return
        while not self._paused and transport is not None and machine.wants_write:
            buffers = machine.take(TURN_SIZE)
            if not buffers:
                break
            transport.write(b"".join(buffers))

    def close(self) -> None:
        """Close after what was written has gone out."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    # ------------------------------------------------------------------ signs of life

    def _tick(self) -> None:
        """Ping when nothing was heard for an interval; give the peer up when nothing was for interval + time-out."""
        now = self._loop.time()
        quiet = now - self._heard
        if quiet >= self._ping_interval + self._ping_timeout:
            self._silent = True
            self.abort()
            return
        self.ping()
        wait = self._ping_interval if quiet < self._ping_interval else self._ping_interval + self._ping_timeout - quiet
        self._timer = self._loop.call_later(max(wait, 0.01), self._tick)

    def ping(self) -> None:
        """Ask for a sign of life now."""
        self._ping_value = (self._ping_value + 1) & 0xFFFFFFFF
        self._pinged = self._loop.time()
        self._machine.ping(self._ping_value)
        self.wake()

    async def measured(self) -> float:
        """The round trip of a ping that goes out now, in seconds. Waits for its answer: put a time-out around it."""
        answered: asyncio.Future[None] = self._loop.create_future()
        self._measuring.append(answered)
        self.ping()
        try:
            await answered
        finally:
            if answered in self._measuring:
                self._measuring.remove(answered)
        return self.round_trip

    async def pulse(self, seconds: float) -> Pulse:
        """Ping, wait so long for the answer, and say what the system knows of the connection then."""
        quiet = self.quiet
        took: float | None = None
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                took = await self.measured()
        connection = self._transport.get_extra_info("socket") if self._transport is not None else None
        return Pulse(took, quiet, resent(connection) if connection is not None else None)

    @property
    def quiet(self) -> float:
        """Seconds since anything was heard."""
        return self._loop.time() - self._heard

    @property
    def unanswered(self) -> float:
        """Seconds since the last ping when nothing was heard after it, else 0."""
        return self._loop.time() - self._pinged if self._heard < self._pinged else 0.0

    def ping_answered(self, value: int) -> None:
        """The machine saw the answer to a ping."""
        if value == self._ping_value:
            self.round_trip = self._loop.time() - self._pinged
            measuring, self._measuring = self._measuring, []
            for answered in measuring:
                if not answered.done():
                    answered.set_result(None)
