"""The sending half of a tunnel connection: what waits, and in which order it goes, within the credit of the peer.

Control frames first, then what was lined up directly, then the queues of the streams, each in its turn.
"""

from __future__ import annotations

from collections import deque

from landbridge.wire.budget import Budget
from landbridge.wire.errors import LocalProtocolError
from landbridge.wire.events import Event, RoomGained
from landbridge.wire.frames import (
    ACK,
    DATA,
    FIN,
    GO_AWAY,
    HEADER,
    HEADER_SIZE,
    LAST_ID,
    PING,
    RST,
    STREAM_ID,
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
"""Bytes that may be lined up without queueing by stream; only a frame's worth while queues wait, or they starve."""
QUEUE_LIMIT = 262_144
"""A stream with so much in its queue should stop its source until `RoomGained`."""


class Outbox:
    """Lines frames up until `take` hands them out. `Mux` is the other half."""

    def __init__(self, *, dialled: bool, budget: Budget) -> None:
        self.streams: dict[int, Stream] = {}
        self.budget = budget
        self.bytes_sent = 0
        self._next_id = 1 if dialled else 2
        self._syn_next = self._next_id
        self._peer_parity = 0 if dialled else 1
        self._peer_streams = 0
        self._urgent: list[Buffer] = []
        self._direct: list[Buffer] = []
        self._direct_size = 0
        self._ready: deque[Stream] = deque()
        self._roomy: list[Stream] = []

    # ------------------------------------------------------------------ streams

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
        return (LAST_ID - self._next_id) // 2 + 1

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
            and self._direct_size < (FRAME_LIMIT if self._ready else DIRECT_LIMIT)
        ):
            if size or fin or stream.syn_due:
                self._frame(stream, data, size, fin)
            return
        if size:
            stream.enqueue(data, size)
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
        """Send ahead of the other streams: the control stream. What waits of the stream itself is not overtaken."""
        may_overtake = not (stream.queued or stream.syn_due or stream.fin_queued or stream.reset)
        if may_overtake and len(data) <= stream.send_credit and not self._is_lined_up(stream):
            flags = ACK if stream.ack_due else 0
            stream.ack_due = False
            stream.send_credit -= len(data)
            self._urgent += (header(DATA, flags, stream.id, len(data)), data)
        else:
            self.send(stream, data)

    def _is_lined_up(self, stream: Stream) -> bool:
        """Whether a frame of the stream waits in the line. A payload that looks like its header does no harm."""
        mark = STREAM_ID.pack(stream.id)
        return any(len(buffer) == HEADER_SIZE and buffer[4:8] == mark for buffer in self._direct)

    def reset(self, stream: Stream) -> None:
        """Abort: drop what is queued and tell the peer. Ignored on a closed stream."""
        if stream.closed:
            return
        if not stream.syn_due:
            self._append(header(WINDOW, RST | (ACK if stream.ack_due else 0), stream.id, 0))
        self._drop(stream)

    # ------------------------------------------------------------------ the whole connection

    def ping(self, value: int) -> None:
        """Ask for a sign of life; the answer is `PingAnswered` with the same value (32 bits)."""
        self._urgent.append(header(PING, SYN, 0, value))

    def go_away(self, code: int) -> None:
        """Ask for no new streams. Those under way arrive still: it is for the owner to refuse them by name."""
        self._urgent.append(header(GO_AWAY, 0, 0, code))

    def abandon(self) -> list[Stream]:
        """The connection is gone: every open stream counts as reset. Returns those streams."""
        streams = list(self.streams.values())
        for stream in streams:
            self._drop(stream)
        self._ready.clear()
        return streams

    @property
    def wants_write(self) -> bool:
        return bool(self._urgent or self._direct or self._ready)

    def take(self, size: int) -> list[Buffer]:
        """Buffers to write now: control frames, then about `size` bytes of the streams, each in its turn."""
        out = self._urgent
        self._urgent = []
        if out:
            self.bytes_sent += sum(map(len, out))
        ready = self._ready
        while ready and self._direct_size < size:
            stream = ready.popleft()
            if stream.reset:
                continue
            self._next_frame(stream, FRAME_LIMIT if ready else BULK_FRAME_LIMIT)
            if stream.queued and stream.send_credit:
                ready.append(stream)
            else:
                stream.is_ready = False
        out += self._direct
        self.bytes_sent += self._direct_size
        self._direct = []
        self._direct_size = 0
        return out

    def room_gained(self) -> list[Event]:
        """`RoomGained` for the streams that `take` relieved."""
        events: list[Event] = []
        if self._roomy:
            self._report_room(events)
        return events

    def _report_room(self, events: list[Event]) -> None:
        events.extend(RoomGained(stream) for stream in self._roomy if not stream.closed)
        self._roomy.clear()

    # ------------------------------------------------------------------ frames

    def _next_frame(self, stream: Stream, limit: int) -> None:
        """Move one frame of the stream's queue to the line."""
        size = min(stream.queued, stream.send_credit, limit)
        payload: Buffer = b""
        if size:
            payload = stream.dequeue(size)
            self.budget.used -= size
        fin = stream.fin_queued and not stream.queued
        if size or fin or stream.syn_due:
            self._frame(stream, payload, size, fin)
        if stream.wants_room and stream.queued * 2 < QUEUE_LIMIT:
            stream.wants_room = False
            self._roomy.append(stream)

    def _frame(self, stream: Stream, payload: Buffer, size: int, fin: bool) -> None:
        flags = FIN if fin else 0
        if stream.syn_due:
            if stream.id != self._syn_next:
                self._announce_earlier(stream.id)
            flags |= SYN
            stream.syn_due = False
            self._syn_next = stream.id + 2
        elif stream.ack_due:
            flags |= ACK
            stream.ack_due = False
        stream.send_credit -= size
        self._direct.append(HEADER.pack(VERSION, DATA, flags, stream.id, size))
        if size:
            self._direct.append(payload)
        self._direct_size += size + HEADER_SIZE
        if fin:
            stream.fin_sent = True
            if stream.fin_received:
                self._forget(stream)

    def _announce_earlier(self, stream_id: int) -> None:
        """Ids must rise on the wire, so streams that wait in their queues begin now, without their data."""
        for earlier in range(self._syn_next, stream_id, 2):
            stream = self.streams.get(earlier)
            if stream is not None and stream.syn_due:
                stream.syn_due = False
                self._append(header(WINDOW, SYN, earlier, 0))

    def _append(self, frame: bytes) -> None:
        self._direct.append(frame)
        self._direct_size += HEADER_SIZE

    # ------------------------------------------------------------------ ends

    def _drop(self, stream: Stream) -> None:
        """Free what the stream holds. `take` passes over it if its turn comes."""
        stream.reset = True
        self.budget.used -= stream.queued
        stream.queue = None
        stream.queued = 0
        self._forget(stream)

    def _forget(self, stream: Stream) -> None:
        """It is closed. What was received and not consumed yet is its owner's alone, who need not report it."""
        self.budget.used -= stream.held
        stream.held = 0
        if self.streams.pop(stream.id, None) is not None and stream.id & 1 == self._peer_parity:
            self._peer_streams -= 1
