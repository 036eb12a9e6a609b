"""The HTTP door (port 20003): one object for each client connection (connectivity-proxy §4).

Requests of a connection are served one after the other; each is checked anew. Backend connections stick to the
client connection, so its end is reported to the connector.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, cast

from landbridge.faults import Fault, FaultError, fault
from landbridge.gateway.admission import Admitted
from landbridge.gateway.answer_head import AnswerHeads
from landbridge.gateway.answers import fault_response
from landbridge.gateway.door import ClientConnection, Door
from landbridge.gateway.exchange import Exchange
from landbridge.gateway.reading import HeadReader, Reading
from landbridge.gateway.stall import Stall
from landbridge.net.cork import Cork
from landbridge.net.reset import abort_with_reset
from landbridge.settings import DoorSettings
from landbridge.wire.chunked import ChunkedReader
from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.http1 import BadHead, HeadTooLarge, LineTooLong, RequestHead, head_end
from landbridge.wire.messages import Opened

if TYPE_CHECKING:
    from landbridge.gateway.session import TunnelSession

_log = logging.getLogger(__name__)

LINGER = 2.0
"""Seconds in which a client may read a refusal of a request that it is still sending."""
PIPELINE_LIMIT = 65_536
_KEEPING = frozenset({403, 407, 502, 503, 504})
"""Statuses after which the connection may serve another request; framing errors close it (connectivity-proxy §4.8)."""


class HttpConnection(ClientConnection):
    """One client connection."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._cork: Cork | None = None
        self._id = door.next_id()
        self._peer = ""
        self._buffer = b""
        self._reader = HeadReader(door.settings.line_limit, door.settings.head_limit)
        self.heads = AnswerHeads()
        self._exchange: Exchange | None = None
        self._session: TunnelSession | None = None
        self._tunnel: tuple[str, str, str] | None = None
        self._tenant = ""
        self._request_id = ""
        self._begun = 0.0
        self._head_only = False
        self._body_left = 0
        self._chunks: ChunkedReader | None = None
        self._body_missed = 0.0
        self._is_raw = False
        self._is_lingering = False
        self._is_serving = False
        self._deadline = 0.0
        self._stall = Stall()
        self._has_partial_head = False
        self._may_keep = True
        self._reading_paused = False
        self.paused = False

    # ------------------------------------------------------------------ transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own classes do not derive from it
        self._cork = Cork(self._transport)
        self._door.connections.add(self)
        self._door.counters.connections += 1
        peer = transport.get_extra_info("peername")
        self._peer = f"{peer[0]}:{peer[1]}" if peer else ""
        self._deadline = self._after(self._door.settings.head_timeout)

    def data_received(self, data: bytes) -> None:
        self._door.counters.bytes_in += len(data)
        if self._is_lingering:
            return
        if self._is_raw:
            self._send_body(data, last=False)
        elif self._body_left or self._chunks is not None:
            self._request_body(data)
        elif self._exchange is not None or self.paused:
            self._buffer += data
            if len(self._buffer) > PIPELINE_LIMIT:
                self._pause_reading()
        else:
            self._buffer = self._buffer + data if self._buffer else data
            self._serve()

    def eof_received(self) -> bool:
        """The end of a client before its answer counts as abort (traps 5); a raw stream may half-close."""
        if self._is_raw and self._exchange is not None:
            self._exchange.body(b"", last=True)
            return True
        if self._cork is not None:
            self._cork.flush()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._door.connections.discard(self)
        if self._cork is not None:
            self._cork.drop()
        self._transport = self._cork = None
        if self._exchange is not None:
            self._exchange.abandon()
            self._exchange = None
        if self._session is not None:
            self._session.departed(self._id)

    def pause_writing(self) -> None:
        self.paused = True
        self._stall.begin(self._loop.time())

    def resume_writing(self) -> None:
        self.paused = False
        self._stall.end()
        if self._exchange is not None:
            self._exchange.written_onward()
        elif self._buffer and not self._is_lingering:
            self.room()
            self._serve()

    @property
    def busy(self) -> bool:
        return self._exchange is not None or (
            self._transport is not None and self._transport.get_write_buffer_size() > 0
        )

    def abort(self) -> None:
        if self._transport is not None:
            if self.busy:
                abort_with_reset(self._transport)
            else:
                self._transport.abort()

    def sweep(self, now: float) -> None:
        """Look at the deadlines: heads and bodies that do not end, idle connections, clients that take nothing."""
        if self._stall.lasts(self._transport, now, self._door.settings.write_timeout):
            self.cut(None)
        elif self._misses_body(now):
            self._give_body_up()
        elif self._deadline and now > self._deadline:
            if self._buffer:
                self._request_id = self._door.next_id()
                seconds = f"{self._door.settings.head_timeout:g}"
                self._refuse_and_close(fault("proxy.request-timeout", seconds=seconds))
            elif self._cork is not None:
                self._cork.close()

    def _misses_body(self, now: float) -> bool:
        """Whether no piece of a request's body came for too long, though we would take it."""
        seconds = self._door.settings.body_timeout
        is_due = self._body_left > 0 or self._chunks is not None
        if not seconds or not is_due or self._exchange is None or self._reading_paused:
            self._body_missed = 0.0
            return False
        self._body_missed = self._body_missed or now
        return now > self._body_missed + seconds

    def _give_body_up(self) -> None:
        exchange, self._exchange = self._exchange, None
        reason = fault("proxy.body-timeout", seconds=f"{self._door.settings.body_timeout:g}")
        if exchange is not None:
            exchange.abandon()
        if exchange is not None and exchange.status:
            self.cut(reason)
        else:
            self._answer_fault(reason)

    def _after(self, seconds: float) -> float:
        """The deadline in so many seconds; 0 is no deadline, as in the settings."""
        return self._loop.time() + seconds if seconds else 0.0

    # ------------------------------------------------------------------ requests

    def _serve(self) -> None:
        """Serve what is complete in the buffer; an answer that is there at once must not recurse."""
        if self._is_serving:
            return
        self._is_serving = True
        try:
            while self._buffer and self._is_free:
                if not self._next_request():
                    break
        finally:
            self._is_serving = False

    @property
    def _is_free(self) -> bool:
        """Whether another request may be served: a client that does not take its answers gets no more of them."""
        is_open = self._transport is not None and not self._is_lingering
        return is_open and self._exchange is None and not self.paused

    def _next_request(self) -> bool:
        settings = self._door.settings
        buffer = self._buffer
        if buffer.startswith(b"\r\n"):
            buffer = buffer[2:]
        try:
            end = head_end(buffer, settings.line_limit, settings.head_limit)
            if end < 0:
                if not self._has_partial_head:
                    self._has_partial_head = True
                    self._deadline = self._after(settings.head_timeout)
                return False
            head, reading = self._reader.read(buffer[:end])
        except BadHead as error:
            self._request_id = self._door.next_id()
            self._refuse_and_close(_head_fault(error, settings))
            return False
        except FaultError as refused:
            self._request_id = self._door.next_id()
            self._refuse_and_close(refused.fault)
            return False
        self._buffer = buffer[end:]
        self._has_partial_head = False
        self._deadline = 0.0
        self._begin(head, reading)
        return True

    def _begin(self, head: RequestHead, reading: Reading) -> None:
        door = self._door
        door.counters.requests += 1
        self._begun = self._loop.time()
        self._request_id = door.next_id()
        self._head_only = head.method == b"HEAD"
        self._may_keep = head.minor_version == 1
        if head.framing == "sized":
            self._body_left = head.size
        elif head.framing == "streamed":
            self._chunks = ChunkedReader()
        try:
            admitted = door.admission.admit(head, reading)
            self._tenant = admitted.tenant
            door.tenants.of(admitted.tenant).requests += 1
            self._may_keep = admitted.keep_alive
            client = self if door.meddler is None else door.meddler.request(self, admitted, self._request_id)
            session = self._find_session(admitted)
            self._look_ahead()
            exchange = Exchange(client, session, admitted, head.minor_version)
            self._exchange = exchange
            trace = door.tunnels.traces.wants(admitted.tenant)
            exchange.begin(head, self._id, self._request_id, door.settings.open_timeout, self._begun, trace)
        except FaultError as error:
            self._exchange = None
            self._answer_fault(error.fault)
            return
        if self._buffer and (self._body_left or self._chunks is not None):
            rest, self._buffer = self._buffer, b""
            self._request_body(rest)

    def _look_ahead(self) -> None:
        """Of a body whose first chunks came with the head and are wrong, nothing goes on. Raises `FaultError`."""
        if self._chunks is None or not self._buffer:
            return
        try:
            ChunkedReader().feed(self._buffer)
        except RemoteProtocolError as error:
            raise FaultError(fault("proxy.bad-request", reason=str(error))) from None

    def _find_session(self, admitted: Admitted) -> TunnelSession:
        """The tunnel of the request: the same connection of it as before, while that one lives."""
        if self._door.draining:
            raise FaultError(fault("tunnel.draining"))
        self._tenant = admitted.tenant
        tunnel = (admitted.tenant, admitted.location, admitted.account)
        if self._tunnel is not None and self._tunnel != tunnel:
            original, requested = _tunnel_id(self._tunnel), _tunnel_id(tunnel)
            raise FaultError(fault("proxy.location-changed", original=original, requested=requested))
        session = self._session
        if session is None or not session.usable:
            session = self._door.tunnels.find(admitted.tenant, admitted.location)
            self._session = session
        self._tunnel = tunnel
        return session

    def _request_body(self, data: bytes) -> None:
        self._body_missed = 0.0
        if self._chunks is None:
            part = data[: self._body_left]
            self._body_left -= len(part)
            self._buffer = data[len(part) :]
            self._send_body(part, last=not self._body_left)
            return
        chunks = self._chunks
        try:
            pieces = chunks.feed(data)
        except RemoteProtocolError as error:
            if self._exchange is not None:
                self._exchange.abandon()
            self.refused(fault("proxy.bad-request", reason=str(error)))
            return
        if chunks.done:
            self._chunks = None
            self._buffer = chunks.rest
        for piece in pieces:
            self._send_body(piece, last=False)
        if chunks.done:
            self._send_body(b"", last=True)

    def _send_body(self, data: bytes | memoryview, *, last: bool) -> None:
        if self._exchange is not None and not self._exchange.body(data, last=last):
            self._pause_reading()

    def _pause_reading(self) -> None:
        if self._transport is not None and not self._reading_paused:
            self._reading_paused = True
            self._transport.pause_reading()

    def room(self) -> None:
        if self._transport is not None and self._reading_paused:
            self._reading_paused = False
            self._transport.resume_reading()

    # ------------------------------------------------------------------ answers

    def write(self, data: bytes | memoryview, *, last: bool = False) -> None:
        cork = self._cork
        if cork is None:
            return
        self._door.counters.bytes_out += len(data)
        if last:
            cork.write_last(data)
        else:
            cork.write(data)

    def opened(self, opened: Opened) -> None:
        latencies = self._door.latencies
        latencies.open.observe(self._loop.time() - self._begun)
        if not opened.reused:
            latencies.connect.observe(opened.connect_ms / 1000)

    def answering(self) -> None:
        self._door.latencies.first_byte.observe(self._loop.time() - self._begun)

    def answered(self, *, keep: bool) -> None:
        exchange, self._exchange = self._exchange, None
        self._door.counters.answers += 1
        seconds = self._loop.time() - self._begun
        self._door.latencies.whole.observe(seconds)
        if exchange is not None and _log.isEnabledFor(logging.DEBUG):
            _log.debug("answered", extra=self._line(exchange, seconds))
        if self._cork is None:
            return
        if not keep or self._is_raw:
            self._cork.close()
        elif self._body_left or self._chunks is not None:
            self._linger()
        else:
            self._await_next()

    def _line(self, exchange: Exchange, seconds: float) -> dict[str, object]:
        """A request in the log; the connector's line has the same id."""
        return {
            "request": self._request_id,
            "tenant": self._tenant,
            "system": exchange.system,
            "path": exchange.path,
            "status": exchange.status,
            "ms": round(seconds * 1000, 3),
            "peer": self._peer,
        }

    def refused(self, reason: Fault) -> None:
        self._exchange = None
        self._answer_fault(reason)

    def cut(self, reason: Fault | None) -> None:
        self._door.counters.cut += 1
        if reason is not None:
            self._note(reason)
        if self._transport is not None:
            abort_with_reset(self._transport)

    def upgraded(self) -> None:
        self._is_raw = True
        rest, self._buffer = self._buffer, b""
        if rest:
            self._send_body(rest, last=False)

    def _await_next(self) -> None:
        self._deadline = self._after(self._door.settings.idle_timeout)
        self.room()
        if self._buffer:
            self._serve()

    def _answer_fault(self, reason: Fault) -> None:
        """Answer with a fault; a request that is not read to its end cannot be followed by another."""
        if self._transport is None:
            return
        is_read = not self._body_left and self._chunks is None
        keep = self._may_keep and is_read and reason.kind.status in _KEEPING
        self._note(reason)
        self.write(fault_response(reason, self._request_id, close=not keep, head_only=self._head_only))
        if keep:
            self._await_next()
        else:
            self._linger()

    def _refuse_and_close(self, reason: Fault) -> None:
        self._head_only = self._may_keep = False
        self._answer_fault(reason)

    def _note(self, reason: Fault) -> None:
        self._door.note(reason, request_id=self._request_id, tenant=self._tenant, peer=self._peer)

    def _linger(self) -> None:
        """Let the client read the answer: closing on unread bytes would send RST and lose it."""
        if self._cork is None:
            return
        self._is_lingering = True
        self._buffer = b""
        self._deadline = self._loop.time() + LINGER
        self._cork.write_eof()
        self.room()


def _tunnel_id(tunnel: tuple[str, str, str]) -> str:
    tenant, location, account = tunnel
    subaccount = account or tenant
    return f"account:///{subaccount}/{location}" if location else f"account:///{subaccount}"


def _head_fault(error: BadHead, settings: DoorSettings) -> Fault:
    match error:
        case LineTooLong(header="", size=size):
            return fault("proxy.request-line-too-long", size=size, limit=settings.line_limit)
        case LineTooLong(header=header, size=size):
            return fault("proxy.header-too-long", header=header, size=size, limit=settings.line_limit)
        case HeadTooLarge():
            return fault("proxy.head-too-large", limit=settings.head_limit)
        case _:
            return fault("proxy.bad-request", reason=str(error))
