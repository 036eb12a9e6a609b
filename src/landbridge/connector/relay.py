"""A TCP stream: the backend's connection and the tunnel's stream, byte for byte, each direction ending by itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from landbridge.connector.dial_backend import connect_backend
from landbridge.faults import FaultError
from landbridge.model.mapping import Mapping
from landbridge.net.cork import Cork
from landbridge.wire.messages import Open, Opened, encode
from landbridge.wire.stream import Buffer, Stream

if TYPE_CHECKING:
    from landbridge.connector.serve import Tunnel


class RawBackend(asyncio.Protocol):
    """The connection to the backend. Plain TCP keeps its half-close; TLS has none and drains instead (traps 5)."""

    def __init__(self) -> None:
        self.relay: BackendRelay | None = None
        self.cork: Cork | None = None
        self.transport: asyncio.Transport | None = None
        self.paused = False
        self._early: list[bytes] = []
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own classes do not derive from it
        self.cork = Cork(self.transport)

    def data_received(self, data: bytes) -> None:
        if self.relay is not None:
            self.relay.on_backend_data(data)
        else:
            self._early.append(data)

    def eof_received(self) -> bool:
        self._ended = True
        if self.relay is not None:
            self.relay.on_backend_end()
        return self.transport is not None and self.transport.can_write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.cork is not None:
            self.cork.drop()
        self.transport = self.cork = None
        if self.relay is not None:
            self.relay.on_backend_lost(clean=exc is None and self._ended)

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        if self.relay is not None:
            self.relay.on_backend_room()

    def attach(self, relay: BackendRelay) -> None:
        """Servers like SMTP speak first: what came before the relay was there goes to it now."""
        self.relay = relay
        early, self._early = self._early, []
        for data in early:
            relay.on_backend_data(data)
        if self._ended:
            relay.on_backend_end()


class BackendRelay:
    """Owner of a TCP stream."""

    def __init__(self, tunnel: Tunnel, stream: Stream, opening: Open) -> None:
        self._tunnel = tunnel
        self._stream = stream
        self._opening = opening
        self._loop = asyncio.get_running_loop()
        self._backend: RawBackend | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._early: list[Buffer] = []
        self._unacknowledged = 0
        self._client_ended = False
        self._backend_ended = False
        self._reading_paused = False

    def begin(self, mapping: Mapping, rest: bytes) -> None:
        """Connect; Opened follows, then the bytes."""
        if rest:
            self._early.append(rest)
        self._connecting = self._loop.create_task(self._connect(mapping))

    async def _connect(self, mapping: Mapping) -> None:
        began = self._loop.time()
        tunnel, opening = self._tunnel, self._opening
        try:
            backend = await connect_backend(
                RawBackend, mapping, opening.port, tunnel.settings, tunnel.policy.backend_tls
            )
        except FaultError as error:
            self._connecting = None
            self._tunnel.refuse(self._stream, self._opening, error.fault)
            return
        self._connecting = None
        self._backend = backend
        opened = Opened(connect_ms=round((self._loop.time() - began) * 1000, 3))
        self._tunnel.send(self._stream, encode(opened))
        early, self._early = self._early, []
        for data in early:
            self._write(data)
        if self._client_ended:
            self._end_writing()
        backend.attach(self)

    # ------------------------------------------------------------------ from the tunnel

    def on_data(self, data: Buffer) -> None:
        if self._backend is None:
            self._early.append(data)
        else:
            self._write(data)

    def _write(self, data: Buffer) -> None:
        backend = self._backend
        if backend is None or backend.cork is None:
            return
        backend.cork.write(data)
        if backend.paused:
            self._unacknowledged += len(data)
        else:
            self._tunnel.consumed(self._stream, len(data))

    def on_fin(self) -> None:
        self._client_ended = True
        if self._backend is not None:
            self._end_writing()

    def _end_writing(self) -> None:
        """End our direction; TLS cannot, so its connection is closed behind what was written."""
        backend = self._backend
        if backend is None or backend.cork is None or backend.transport is None:
            return
        if backend.transport.can_write_eof() and not self._backend_ended:
            backend.cork.write_eof()
        else:
            backend.cork.close()

    def on_reset(self) -> None:
        self._leave()
        self._tunnel.forget(self._stream)

    def on_room(self) -> None:
        if self._reading_paused and self._backend is not None and self._backend.transport is not None:
            self._reading_paused = False
            self._backend.transport.resume_reading()

    def sweep(self, now: float) -> None:
        """A TCP connection may be silent for as long as it likes."""

    # ------------------------------------------------------------------ from the backend

    def on_backend_data(self, data: bytes) -> None:
        if not self._tunnel.send(self._stream, data) and self._backend is not None and not self._reading_paused:
            self._reading_paused = True
            if self._backend.transport is not None:
                self._backend.transport.pause_reading()

    def on_backend_end(self) -> None:
        if self._backend_ended:
            return
        self._backend_ended = True
        self._tunnel.send(self._stream, b"", fin=True)
        if self._client_ended:
            self._finish()

    def on_backend_room(self) -> None:
        if self._unacknowledged:
            size, self._unacknowledged = self._unacknowledged, 0
            self._tunnel.consumed(self._stream, size)

    def on_backend_lost(self, *, clean: bool) -> None:
        """A close after the backend's end is the usual end; anything else must be seen as an abort."""
        self._backend = None
        if clean or (self._backend_ended and self._client_ended):
            self._finish()
            return
        self._tunnel.reset(self._stream)
        self._tunnel.forget(self._stream)

    def _finish(self) -> None:
        """Both directions are done, or the backend is gone after its end: nothing more can be delivered."""
        self._leave(graceful=True)
        if not self._stream.closed and not self._client_ended:
            self._tunnel.reset(self._stream)
        self._stream.owner = None
        self._tunnel.forget(self._stream)

    def _leave(self, *, graceful: bool = False) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
            self._connecting = None
        backend, self._backend = self._backend, None
        if backend is None:
            return
        backend.relay = None
        if graceful and backend.cork is not None:
            backend.cork.close()
        elif backend.transport is not None:
            backend.transport.abort()
