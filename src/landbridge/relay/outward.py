"""From a stream to a server: connect, answer Opened or Refused, then bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, cast

from landbridge.faults import Fault, FaultError
from landbridge.net.cork import Cork
from landbridge.wire.messages import Open, Opened, encode
from landbridge.wire.stream import Buffer, Stream

DRAIN = 1.0
"""Seconds of quiet after which a TLS connection is closed whose client has ended: its answer may be on the way."""


class Session(Protocol):
    """What a relay needs of the tunnel's session."""

    def send(self, stream: Stream, data: Buffer, *, fin: bool = False) -> bool: ...
    def consumed(self, stream: Stream, size: int) -> None: ...
    def reset(self, stream: Stream) -> None: ...
    def refuse(self, stream: Stream, opening: Open | None, reason: Fault) -> None: ...
    def forget(self, stream: Stream) -> None: ...


class ServerConnection(asyncio.Protocol):
    """The connection to the server. Plain TCP keeps its half-close; TLS has none and drains instead (traps 5)."""

    def __init__(self) -> None:
        self.relay: OutwardRelay | None = None
        self.cork: Cork | None = None
        self.transport: asyncio.Transport | None = None
        self.paused = False
        self._early = bytearray()
        self._ended = False
        self._is_broken = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own classes do not derive from it
        self.cork = Cork(self.transport)

    def data_received(self, data: bytes) -> None:
        if self.relay is not None:
            self.relay.on_server_data(data)
        else:
            self._early += data

    def eof_received(self) -> bool:
        self._ended = True
        if self.relay is not None:
            self.relay.on_server_end()
        return self.transport is not None and self.transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.cork is not None:
            self.cork.drop()
        self.transport = self.cork = None
        self._is_broken = exc is not None
        if self.relay is not None:
            self.relay.on_server_lost(clean=exc is None)

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        if self.relay is not None:
            self.relay.on_server_room()

    def attach(self, relay: OutwardRelay) -> None:
        """Servers like SMTP speak first: what came before the relay was there goes to it now."""
        self.relay = relay
        early, self._early = self._early, bytearray()
        if early:
            relay.on_server_data(bytes(early))
        if self._ended:
            relay.on_server_end()
        if self.transport is None:
            relay.on_server_lost(clean=not self._is_broken)


Connect = Callable[[Callable[[], ServerConnection]], Awaitable[ServerConnection]]
"""Opens the connection with the given protocol on it. Raises `FaultError`."""


class OutwardRelay:
    """Owner of a TCP stream."""

    def __init__(self, tunnel: Session, stream: Stream, opening: Open) -> None:
        self._tunnel = tunnel
        self._stream = stream
        self._opening = opening
        self._loop = asyncio.get_running_loop()
        self._server: ServerConnection | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._early = bytearray()
        self._unacknowledged = 0
        self._client_ended = False
        self._server_ended = False
        self._server_gone = False
        self._quiet_since = 0.0
        self._reading_paused = False

    def begin(self, connect: Connect, rest: bytes) -> None:
        """Connect; Opened follows, then the bytes. `rest` is what the client has sent already."""
        if rest:
            self._early += rest
        self._connecting = self._loop.create_task(self._connect(connect))

    async def _connect(self, connect: Connect) -> None:
        began = self._loop.time()
        try:
            server = await connect(ServerConnection)
        except FaultError as error:
            self._connecting = None
            self._tunnel.refuse(self._stream, self._opening, error.fault)
            return
        self._connecting = None
        self._server = server
        opened = Opened(connect_ms=round((self._loop.time() - began) * 1000, 3))
        self._tunnel.send(self._stream, encode(opened))
        early, self._early = self._early, bytearray()
        if early:
            self._write(bytes(early))
        if self._client_ended:
            self._end_writing()
        server.attach(self)

    # ------------------------------------------------------------------ from the tunnel

    def on_data(self, data: Buffer) -> None:
        if self._server_gone:
            self._take_for_nobody(len(data))
        elif self._server is None:
            self._early += data
        else:
            self._write(data)

    def _take_for_nobody(self, size: int) -> None:
        """As with TCP, who still sends learns that nobody listens; but first, he gets all that there was for him."""
        if self._stream.fin_sent:
            self._tunnel.reset(self._stream)
            self._tunnel.forget(self._stream)
        else:
            self._tunnel.consumed(self._stream, size)

    def _write(self, data: Buffer) -> None:
        server = self._server
        if server is None or server.cork is None:
            return
        server.cork.write(data)
        if server.paused:
            self._unacknowledged += len(data)
        else:
            self._tunnel.consumed(self._stream, len(data))

    def on_fin(self) -> None:
        self._client_ended = True
        if self._server_gone:
            self._finish()
        elif self._server is not None:
            self._end_writing()

    def _end_writing(self) -> None:
        """End our direction; TLS cannot, so its connection is closed once the server is quiet."""
        server = self._server
        if server is None or server.cork is None or server.transport is None:
            return
        if self._server_ended:
            server.cork.close()
        elif server.transport.can_write_eof():
            server.cork.write_eof()
        else:
            self._quiet_since = self._loop.time()

    def on_reset(self) -> None:
        self._leave()
        self._tunnel.forget(self._stream)

    def on_room(self) -> None:
        if self._reading_paused and self._server is not None and self._server.transport is not None:
            self._reading_paused = False
            self._heard()
            self._server.transport.resume_reading()

    def sweep(self, now: float) -> None:
        """A connection may be silent for as long as it likes, but for TLS whose client has ended."""
        server = self._server
        if self._quiet_since and now > self._quiet_since + DRAIN and not self._reading_paused:
            self._quiet_since = 0.0
            if server is not None and server.cork is not None:
                server.cork.close()

    def _heard(self) -> None:
        if self._quiet_since:
            self._quiet_since = self._loop.time()

    # ------------------------------------------------------------------ from the server

    def on_server_data(self, data: bytes) -> None:
        self._heard()
        if not self._tunnel.send(self._stream, data) and self._server is not None and not self._reading_paused:
            self._reading_paused = True
            if self._server.transport is not None:
                self._server.transport.pause_reading()

    def on_server_end(self) -> None:
        if self._server_ended:
            return
        self._server_ended = True
        self._tunnel.send(self._stream, b"", fin=True)
        if self._client_ended:
            self._finish()

    def on_server_room(self) -> None:
        if self._unacknowledged:
            size, self._unacknowledged = self._unacknowledged, 0
            self._tunnel.consumed(self._stream, size)

    def on_server_lost(self, *, clean: bool) -> None:
        """The connection is gone. What it said is on its way and stays there, unless it broke: that must be seen.

        TLS that ended without close_notify counts as an end: what is inside knows its own ends, and a cut would take
        the last bytes of servers that never say it.
        """
        self._server, self._server_gone = None, True
        if clean:
            self.on_server_end()
            return
        self._tunnel.reset(self._stream)
        self._tunnel.forget(self._stream)

    def _finish(self) -> None:
        """Both directions have ended."""
        self._leave(graceful=True)
        self._tunnel.forget(self._stream)

    def _leave(self, *, graceful: bool = False) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
            self._connecting = None
        server, self._server = self._server, None
        if server is None:
            return
        server.relay = None
        if graceful and server.cork is not None:
            server.cork.close()
        elif server.transport is not None:
            server.transport.abort()
