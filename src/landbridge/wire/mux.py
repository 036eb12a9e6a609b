"""The multiplexer: many streams with credit over one connection (yamux.md; design §5, fairness).

Received bytes go into `receive`, which returns events; everything to send waits here until `take` hands it out,
control frames first, then the streams in turn. Nothing is buffered beyond the credit that was given.
"""

from __future__ import annotations

from collections import deque

from landbridge.wire.budget import Budget
from landbridge.wire.errors import LocalProtocolError, RemoteProtocolError
from landbridge.wire.events import (
    DataReceived,
    Event,
    FinReceived,
    GoneAway,
    PingAnswered,
    ResetReceived,
    RoomGained,
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
    LAST_ID,
    PING,
    RST,
    SYN,
    VERSION,
    WINDOW,
    header,
)
from landbridge.wire.stream import Buffer, Stream

FRAME_LIMIT = 16_384
"""Payload of a data frame while streams compete: more would keep the others waiting (traps 4)."""
BULK_FRAME_LIMIT = 65_536
"""Payload of a data frame of a stream that is alone."""
DIRECT_LIMIT = 65_536
"""Bytes that may be lined up without queueing by stream."""
QUEUE_LIMIT = 262_144
"""A stream with so much in its queue should stop its source until `RoomGained`."""
OVERRUN_LIMIT = 8
"""Streams that may break their credit before the whole connection is given up."""
CREDIT_LIMIT = 2**32 - 1


class Mux:
    """One end of a tunnel connection.

    dialled       whether this end dialled: it uses odd stream ids, the other even ones
    window        credit that a stream may grow to beyond the first 256 KiB, as its data is consumed
    stream_limit  streams that the peer may have open at once; more are reset
    budget        bytes held in memory, shared by all tunnels of a tenant
    """

    def __init__(
        self, *, dialled: bool, window: int = 0, stream_limit: int = 10_000, budget: Budget | None = None
    ) -> None:
        self.streams: dict[int, Stream] = {}
        self.budget = budget or Budget(2**62)
        self.bytes_received = 0
        self.bytes_sent = 0
        self._next_id = 1 if dialled else 2
        self._peer_parity = 0 if dialled else 1
        self._last_peer_id = 0
        self._max_window = INITIAL_WINDOW + window
        self._stream_limit = stream_limit
        self._peer_streams = 0
        self._overruns = 0
        self._gone_away = False
        # receiving: an incomplete header, or the rest of a data frame
        self._tail = b""
        self._remaining = 0
        self._frame_stream: Stream | None = None
        self._frame_flags = 0
        # sending
        self._urgent: list[Buffer] = []
        self._direct: list[Buffer] = []
        self._direct_size = 0
        self._ready: deque[Stream] = deque()
        self._roomy: list[Stream] = []

    # ------------------------------------------------------------------ receiving

    def receive(self, data: bytes) -> list[Event]:  # noqa: C901 - the hot loop: a call per frame type costs more
        """The events that these bytes cause. Raises `RemoteProtocolError`; then only `go_away` makes sense."""
        if self._tail:
            data = self._tail + data
            self._tail = b""
        events: list[Event] = []
        view = memoryview(data)
        position, end = 0, len(data)
        self.bytes_received += end
        if self._remaining:
            position = self._payload(view, 0, end, events)
        unpack = HEADER.unpack_from
        while end - position >= HEADER_SIZE:
            version, kind, flags, stream_id, length = unpack(data, position)
            position += HEADER_SIZE
            if version != VERSION:
                raise RemoteProtocolError(f"frame version {version}")
            if kind == DATA:
                self._begin_data(flags, stream_id, length, events)
                position = self._payload(view, position, end, events)
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

    def _begin_data(self, flags: int, stream_id: int, length: int, events: list[Event]) -> None:
        stream = self._stream_of(flags, stream_id, events)
        self._frame_flags = flags
        self._remaining = length
        if stream is not None and length:
            if stream.fin_received:
                raise RemoteProtocolError(f"data after the end of stream {stream_id}")
            stream.receive_credit -= length
            if stream.receive_credit < 0:
                self._overrun(stream, events)
                stream = None
        self._frame_stream = stream

    def _payload(self, view: memoryview, position: int, end: int, events: list[Event]) -> int:
        """Hand on what is there of the current data frame; its flags count at its end."""
        stream = self._frame_stream
        size = min(self._remaining, end - position)
        if size:
            self._remaining -= size
            if stream is not None and not stream.reset:
                stream.held += size
                self.budget.used += size
                events.append(DataReceived(stream, view[position : position + size]))
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
            if len(self._urgent) > 1000:
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
            if stream_id == 0 or stream_id > (self._last_peer_id if is_peers else self._next_id - 2):
                raise RemoteProtocolError(f"frame for stream {stream_id}, which was never opened")
        return stream

    def _accept(self, stream_id: int, events: list[Event]) -> Stream | None:
        self._last_peer_id = stream_id
        if self._peer_streams >= self._stream_limit or self._gone_away:
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
        self._overruns += 1
        if self._overruns > OVERRUN_LIMIT:
            raise RemoteProtocolError("streams overrun their credit again and again")
        self.reset(stream)
        events.append(ResetReceived(stream))

    # ------------------------------------------------------------------ sending

    def open(self) -> Stream:
        """A new stream; its first frame carries SYN. Raises `LocalProtocolError` when the ids are used up."""
        stream_id = self._next_id
        if stream_id > LAST_ID:
            raise LocalProtocolError("stream ids are used up")
        self._next_id = stream_id + 2
        stream = Stream(stream_id, ours=True)
        self.streams[stream_id] = stream
        return stream

    @property
    def ids_left(self) -> int:
        """How many streams can still be opened here (yamux.md: near 2^31 go away and redial)."""
        return (LAST_ID - self._next_id) // 2

    def send(self, stream: Stream, data: Buffer, *, fin: bool = False) -> None:
        """Line `data` up, and the end of our direction behind it. Ignored on a stream that was reset."""
        if stream.reset:
            return
        if stream.fin_queued:
            raise LocalProtocolError(f"data after the end of stream {stream.id}")
        size = len(data)
        stream.fin_queued = fin
        if (
            not stream.queued
            and size <= FRAME_LIMIT
            and size <= stream.send_credit
            and (self._direct_size < DIRECT_LIMIT)
        ):
            if size or fin or stream.syn_due:
                self._frame(stream, data, size, fin)
            return
        if stream.queue is None:
            stream.queue = deque()
        if size:
            stream.queue.append(data)
            stream.queued += size
            self.budget.used += size
        if not stream.is_ready and (stream.send_credit or not stream.queued):
            stream.is_ready = True
            self._ready.append(stream)

    def has_room(self, stream: Stream) -> bool:
        """Whether the stream can take more now; if not, a `RoomGained` will come."""
        if stream.queued < QUEUE_LIMIT:
            return True
        stream.wants_room = True
        return False

    def send_urgent(self, stream: Stream, data: bytes) -> None:
        """Send ahead of everything else: the control stream. Falls back to the queue when credit is short."""
        if stream.queued or len(data) > stream.send_credit or stream.reset:
            self.send(stream, data)
        else:
            self._urgent.append(self._header(stream, len(data), fin=False))
            self._urgent.append(data)

    def reset(self, stream: Stream) -> None:
        """Abort: drop what is queued and tell the peer. Ignored on a closed stream."""
        if stream.closed:
            return
        if not stream.syn_due:
            self._append(header(WINDOW, RST | (ACK if stream.ack_due else 0), stream.id, 0))
        self._drop(stream)

    def consumed(self, stream: Stream, size: int) -> None:
        """`size` received bytes were written onward: the peer may send as many again.

        The window doubles with every report up to its maximum, so that only streams which really move get much.
        """
        if stream.reset:
            return
        stream.held -= size
        self.budget.used -= size
        if stream.fin_received:
            return
        stream.unreported += size
        if stream.unreported * 2 < stream.window:
            return
        credit = stream.unreported
        if stream.window < self._max_window and not self.budget.exhausted:
            growth = min(stream.window, self._max_window - stream.window)
            stream.window += growth
            credit += growth
        stream.unreported = 0
        stream.receive_credit += credit
        flags = ACK if stream.ack_due else 0
        stream.ack_due = False
        self._append(header(WINDOW, flags, stream.id, credit))

    def ping(self, value: int) -> None:
        """Ask for a sign of life; the answer is `PingAnswered` with the same value (32 bits)."""
        self._urgent.append(header(PING, SYN, 0, value))

    def go_away(self, code: int) -> None:
        """Announce that new streams of the peer will be refused from now on."""
        self._gone_away = True
        self._urgent.append(header(GO_AWAY, 0, 0, code))

    def abandon(self) -> list[Stream]:
        """The connection is gone: every open stream counts as reset. Returns those streams."""
        streams = list(self.streams.values())
        for stream in streams:
            self._drop(stream)
        return streams

    @property
    def wants_write(self) -> bool:
        return bool(self._urgent or self._direct or self._ready)

    def take(self, size: int) -> list[Buffer]:
        """Buffers to write now: control frames, then about `size` bytes of the streams, each in its turn."""
        out = self._urgent
        self._urgent = []
        out += self._direct
        taken = self._direct_size
        self._direct = []
        self._direct_size = 0
        ready = self._ready
        while ready and taken < size:
            stream = ready.popleft()
            taken += self._next_frame(stream, FRAME_LIMIT if ready else BULK_FRAME_LIMIT)
            if stream.queued and stream.send_credit:
                ready.append(stream)
            else:
                stream.is_ready = False
        out += self._direct
        self._direct = []
        self._direct_size = 0
        self.bytes_sent += taken
        return out

    def room_gained(self) -> list[Event]:
        """`RoomGained` for the streams that `take` relieved."""
        events: list[Event] = []
        if self._roomy:
            self._report_room(events)
        return events

    def _report_room(self, events: list[Event]) -> None:
        events.extend(RoomGained(stream) for stream in self._roomy if not stream.reset)
        self._roomy.clear()

    def _next_frame(self, stream: Stream, limit: int) -> int:
        """Move one frame of the stream's queue to the line; returns its payload size."""
        size = min(stream.queued, stream.send_credit, limit)
        payload = self._dequeue(stream, size) if size else b""
        fin = stream.fin_queued and not stream.queued
        if size or fin or stream.syn_due:
            self._frame(stream, payload, size, fin)
        if stream.wants_room and stream.queued * 2 < QUEUE_LIMIT:
            stream.wants_room = False
            self._roomy.append(stream)
        return size

    def _dequeue(self, stream: Stream, size: int) -> Buffer:
        queue = stream.queue
        assert queue is not None
        stream.queued -= size
        self.budget.used -= size
        first = queue[0]
        if len(first) == size:
            return queue.popleft()
        if len(first) > size:
            view = memoryview(first)
            queue[0] = view[size:]
            return view[:size]
        parts = []
        while size:
            first = queue.popleft()
            if len(first) > size:
                view = memoryview(first)
                queue.appendleft(view[size:])
                first = view[:size]
            parts.append(first)
            size -= len(first)
        return b"".join(parts)

    def _frame(self, stream: Stream, payload: Buffer, size: int, fin: bool) -> None:
        self._direct.append(self._header(stream, size, fin))
        if size:
            self._direct.append(payload)
        self._direct_size += size + HEADER_SIZE
        if fin:
            stream.fin_sent = True
            if stream.fin_received:
                self._forget(stream)

    def _header(self, stream: Stream, size: int, fin: bool) -> bytes:
        flags = FIN if fin else 0
        if stream.syn_due:
            flags |= SYN
            stream.syn_due = False
        elif stream.ack_due:
            flags |= ACK
            stream.ack_due = False
        stream.send_credit -= size
        return HEADER.pack(VERSION, DATA, flags, stream.id, size)

    def _append(self, frame: bytes) -> None:
        self._direct.append(frame)
        self._direct_size += HEADER_SIZE

    def _drop(self, stream: Stream) -> None:
        stream.reset = True
        self.budget.used -= stream.queued + stream.held
        stream.queue = None
        stream.queued = stream.held = 0
        if stream.is_ready:
            stream.is_ready = False
            self._ready.remove(stream)
        self._forget(stream)

    def _forget(self, stream: Stream) -> None:
        if self.streams.pop(stream.id, None) is not None and stream.id & 1 == self._peer_parity:
            self._peer_streams -= 1
