"""The multiplexer: many streams with credit over one connection (yamux.md; design §5, fairness).

Received bytes go into `receive`, which returns events; everything to send waits here until `take` hands it out,
control frames first, then the streams in turn. Nothing is buffered beyond the credit that was given.
"""

from __future__ import annotations

from landbridge.wire.budget import Budget
from landbridge.wire.errors import LocalProtocolError, RemoteProtocolError
from landbridge.wire.events import (
    DataReceived,
    Event,
    FinReceived,
    GoneAway,
    PingAnswered,
    ResetReceived,
    StreamOpened,
)
from landbridge.wire.frames import (
    ACK,
    DATA,
    FIN,
    GO_AWAY,
    HEADER,
    HEADER_SIZE,
    INITIAL_WINDOW,
    PING,
    RST,
    SYN,
    VERSION,
    WINDOW,
    header,
)
from landbridge.wire.outbox import Outbox
from landbridge.wire.stream import Stream

OVERRUN_LIMIT = 8
"""Streams that may break their credit before the whole connection is given up."""
OVERRUN_DECAY = 64 * 2**20
"""Received bytes after which one of them is forgiven: a tunnel may live for months."""
CREDIT_LIMIT = 2**32 - 1
PONG_LIMIT = 1000
"""Frames that may wait while pings are answered: a peer that pings and does not read is given up."""
SMALL = 4096
"""Payload up to so many bytes is copied: that takes no longer than a view, which would keep the whole buffer."""
PINNED_SHARE = 4
"""A received buffer may be kept for a part of it that is not smaller than one in so many."""
REFUSAL_LIMIT = 2**20
"""Bytes that may wait while streams above the limit are reset; the same for a peer that opens and does not read."""


class Mux(Outbox):
    """One end of a tunnel connection.

    dialled       whether this end dialled: it uses odd stream ids, the other even ones
    window        credit that a stream may grow to beyond the first 256 KiB, as its data is consumed
    stream_limit  streams that the peer may have open at once; more are reset
    budget        bytes held in memory, shared by all tunnels of a tenant
    """

    def __init__(
        self, *, dialled: bool, window: int = 0, stream_limit: int = 10_000, budget: Budget | None = None
    ) -> None:
        super().__init__(dialled=dialled, budget=budget or Budget(2**62))
        self.bytes_received = 0
        self._last_peer_id = 0
        self._max_window = INITIAL_WINDOW + window
        self._stream_limit = stream_limit
        self._overruns = 0
        self._overrun_at = 0
        self._broken = False
        # An incomplete header, or the rest of a data frame.
        self._tail = b""
        self._remaining = 0
        self._frame_stream: Stream | None = None
        self._frame_flags = 0

    # ------------------------------------------------------------------ receiving

    def receive(self, data: bytes) -> list[Event]:
        """The events that these bytes cause.

        Raises `RemoteProtocolError`; then only `go_away` makes sense, and whatever else is received is ignored.
        """
        if self._broken:
            return []
        self.bytes_received += len(data)
        try:
            return self._receive(data)
        except RemoteProtocolError:
            self._broken = True
            raise

    def _receive(self, data: bytes) -> list[Event]:  # noqa: C901, PLR0912 - the hot loop: calls would cost more
        if self._tail:
            data = self._tail + data
            self._tail = b""
        events: list[Event] = []
        streams = self.streams
        view = memoryview(data)
        position, end = 0, len(data)
        if self._remaining:
            position = self._payload(data, view, 0, end, events)
        unpack = HEADER.unpack_from
        while end - position >= HEADER_SIZE:
            version, kind, flags, stream_id, length = unpack(data, position)
            position += HEADER_SIZE
            if version != VERSION:
                raise RemoteProtocolError(f"frame version {version}")
            if kind == DATA:
                stream = streams.get(stream_id)
                if stream is None or flags & (SYN | RST):
                    stream = self._stream_of(flags, stream_id, events)
                if (
                    stream is not None
                    and length <= SMALL
                    and length <= end - position
                    and length <= stream.receive_credit
                    and not flags & RST
                    and not stream.fin_received
                ):
                    # A small frame that is here as a whole, as nearly all are: nothing of it has to be remembered.
                    if length:
                        stream.receive_credit -= length
                        stream.held += length
                        self.budget.used += length
                        events.append(DataReceived(stream, data[position : position + length]))
                        position += length
                    if flags & FIN:
                        self._end(stream, flags, events)
                else:
                    self._begin_data(stream, flags, length, events)
                    position = self._payload(data, view, position, end, events)
            elif kind == WINDOW:
                self._window(flags, stream_id, length, events)
            elif kind == PING:
                self._ping(flags, stream_id, length, events)
            elif kind == GO_AWAY:
                if stream_id:
                    raise RemoteProtocolError("go away on a stream")
                events.append(GoneAway(length))
            else:
                raise RemoteProtocolError(f"frame type {kind}")
        if position < end:
            self._tail = bytes(view[position:])
        if self._roomy:
            self._report_room(events)
        return events

    def _begin_data(self, stream: Stream | None, flags: int, length: int, events: list[Event]) -> None:
        self._frame_flags = flags
        self._remaining = length
        if stream is not None and length:
            if stream.fin_received:
                raise RemoteProtocolError(f"data after the end of stream {stream.id}")
            stream.receive_credit -= length
            if stream.receive_credit < 0:
                self._overrun(stream, events)
                stream = None
        self._frame_stream = stream

    def _payload(self, data: bytes, view: memoryview, position: int, end: int, events: list[Event]) -> int:
        """Hand on what is there of the current data frame; its flags count at its end.

        A view keeps all of `data` in memory. The small part that one stream has in it is copied, or a stream that
        nobody reads would hold many times the bytes that are on its account.
        """
        stream = self._frame_stream
        size = min(self._remaining, end - position)
        if size:
            self._remaining -= size
            if stream is not None and not stream.reset:
                stream.held += size
                self.budget.used += size
                source = view if size > SMALL and size * PINNED_SHARE >= end else data
                events.append(DataReceived(stream, source[position : position + size]))
        if not self._remaining:
            self._frame_stream = None
            if self._frame_flags & (FIN | RST) and stream is not None and not stream.reset:
                self._end(stream, self._frame_flags, events)
        return position + size

    def _window(self, flags: int, stream_id: int, credit: int, events: list[Event]) -> None:
        stream = self._stream_of(flags, stream_id, events)
        if stream is None:
            return
        if credit:
            stream.send_credit += credit
            if stream.send_credit > CREDIT_LIMIT:
                raise RemoteProtocolError(f"credit of stream {stream_id} exceeds 32 bits")
            if stream.queued and not stream.is_ready:
                stream.is_ready = True
                self._ready.append(stream)
        if flags & (FIN | RST):
            self._end(stream, flags, events)

    def _ping(self, flags: int, stream_id: int, value: int, events: list[Event]) -> None:
        if stream_id:
            raise RemoteProtocolError("ping on a stream")
        if flags & ACK:
            events.append(PingAnswered(value))
        elif flags & SYN:
            if len(self._urgent) > PONG_LIMIT:
                raise RemoteProtocolError("pings come faster than their answers can be sent")
            self._urgent.append(header(PING, ACK, 0, value))
        else:
            raise RemoteProtocolError("ping without SYN or ACK")

    def _stream_of(self, flags: int, stream_id: int, events: list[Event]) -> Stream | None:
        """The stream of a frame; None when its frames are to be dropped because it is closed already."""
        stream = self.streams.get(stream_id)
        if flags & SYN:
            if stream is not None or stream_id <= self._last_peer_id or stream_id & 1 != self._peer_parity:
                raise RemoteProtocolError(f"stream id {stream_id} cannot be opened")
            return self._accept(stream_id, events)
        if stream is None:
            is_peers = stream_id & 1 == self._peer_parity
            if stream_id == 0 or stream_id > (self._last_peer_id if is_peers else self._syn_next - 2):
                raise RemoteProtocolError(f"frame for stream {stream_id}, which was never opened")
        return stream

    def _accept(self, stream_id: int, events: list[Event]) -> Stream | None:
        self._last_peer_id = stream_id
        if self._peer_streams >= self._stream_limit:
            if self._direct_size > REFUSAL_LIMIT:
                raise RemoteProtocolError("streams come faster than they can be refused")
            self._append(header(WINDOW, ACK | RST, stream_id, 0))
            return None
        stream = Stream(stream_id, ours=False)
        self.streams[stream_id] = stream
        self._peer_streams += 1
        events.append(StreamOpened(stream))
        return stream

    def _end(self, stream: Stream, flags: int, events: list[Event]) -> None:
        if flags & RST:
            self._drop(stream)
            events.append(ResetReceived(stream))
        elif stream.fin_received:
            raise RemoteProtocolError(f"second end of stream {stream.id}")
        else:
            stream.fin_received = True
            events.append(FinReceived(stream))
            if stream.fin_sent:
                self._forget(stream)

    def _overrun(self, stream: Stream, events: list[Event]) -> None:
        forgiven = (self.bytes_received - self._overrun_at) // OVERRUN_DECAY
        self._overruns = max(self._overruns - forgiven, 0) + 1
        self._overrun_at = self.bytes_received
        if self._overruns > OVERRUN_LIMIT:
            raise RemoteProtocolError("streams overrun their credit again and again")
        self.reset(stream)
        events.append(ResetReceived(stream))

    # ------------------------------------------------------------------ credit

    def consumed(self, stream: Stream, size: int) -> None:
        """`size` received bytes were written onward: the peer may send as many again.

        Ignored on a closed stream, whose bytes count no more. Raises `LocalProtocolError` when so many were not there.
        """
        if stream.reset or (stream.fin_received and stream.fin_sent):
            return
        if size > stream.held:
            raise LocalProtocolError(f"stream {stream.id} holds {stream.held} bytes, not {size}")
        stream.held -= size
        self.budget.used -= size
        if stream.fin_received:
            return
        stream.unreported += size
        if stream.unreported * 2 < stream.window:
            return
        change = self._window_change(stream)
        stream.window += change
        credit = stream.unreported + change
        stream.unreported = 0
        if not credit:
            return
        stream.receive_credit += credit
        flags = ACK if stream.ack_due else 0
        stream.ack_due = False
        self._append(header(WINDOW, flags, stream.id, credit))

    def _window_change(self, stream: Stream) -> int:
        """The window doubles with every report up to its maximum: only streams which really move get much.

        Over the budget, streams give back what they got beyond the initial window, as far as it is not lent already.
        """
        if self.budget.exhausted:
            return -min(stream.window - INITIAL_WINDOW, stream.unreported)
        return min(stream.window, self._max_window - stream.window)
