"""Two ends of a tunnel joined by a wire of our own, and frames written and read by hand."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from landbridge.wire.budget import Budget
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
from landbridge.wire.mux import Mux
from landbridge.wire.stream import Stream

DATA, WINDOW, PING, GO_AWAY = 0, 1, 2, 3
SYN, ACK, FIN, RST = 1, 2, 4, 8
TURN = 65_536
"""What one turn of the event loop takes."""


class Frame(NamedTuple):
    """A frame as it stands on the wire. `length` is credit, value or code where there is no payload."""

    kind: int
    flags: int
    stream: int
    length: int
    payload: bytes = b""


def frame(kind: int, flags: int, stream: int, content: int | bytes = 0) -> bytes:
    """The bytes of a frame, written without the code under test."""
    payload = content if isinstance(content, bytes) else b""
    length = len(payload) if isinstance(content, bytes) else content
    return struct.pack(">BBHII", 0, kind, flags, stream, length) + payload


def frames(data: bytes) -> list[Frame]:
    """The frames in `data`, which must hold whole ones."""
    found = []
    while data:
        version, kind, flags, stream, length = struct.unpack_from(">BBHII", data)
        assert version == 0
        payload = data[12 : 12 + length] if kind == DATA else b""
        found.append(Frame(kind, flags, stream, length, payload))
        data = data[12 + len(payload) :]
    return found


def taken(mux: Mux, size: int = TURN) -> bytes:
    return b"".join(mux.take(size))


def drained(mux: Mux) -> bytes:
    """Everything that the end may send now."""
    out = b""
    while data := taken(mux):
        out += data
    return out


def steps(data: bytes, step: int) -> Iterator[bytes]:
    """`data` whole (0), or one byte at a time (1); of large payloads, only their beginnings and ends."""
    at = 0 if step else len(data)
    if not step:
        yield data
    while at < len(data):
        kind, length = (data[at + 1], int.from_bytes(data[at + 8 : at + 12])) if len(data) - at >= 12 else (0, 0)
        end = min(at + 12 + (length if kind == DATA else 0), len(data))
        if end - at > 2000:
            yield from _bytes(data[at : at + 40])
            yield data[at + 40 : end - 40]
            at = end - 40
        yield from _bytes(data[at:end])
        at = end


def _bytes(data: bytes) -> Iterator[bytes]:
    return (data[i : i + 1] for i in range(len(data)))


def plain(events: Iterable[Event]) -> list[tuple[Any, ...]]:
    """Events as tuples that can be compared; data that follows data of the same stream is joined."""
    told: list[tuple[Any, ...]] = []
    for event in events:
        match event:
            case DataReceived(stream, data):
                if told and told[-1][:2] == ("data", stream.id):
                    data = told.pop()[2] + bytes(data)
                told.append(("data", stream.id, bytes(data)))
            case StreamOpened(stream):
                told.append(("opened", stream.id))
            case FinReceived(stream):
                told.append(("fin", stream.id))
            case ResetReceived(stream):
                told.append(("reset", stream.id))
            case RoomGained(stream):
                told.append(("room", stream.id))
            case PingAnswered(value):
                told.append(("pong", value))
            case GoneAway(code):
                told.append(("gone", code))
    return told


class End:
    """One end: the machine, what it reported, and the streams by id."""

    def __init__(self, mux: Mux, step: int) -> None:
        self.mux = mux
        self.streams: dict[int, Stream] = {}
        self.received: dict[int, bytearray] = {}
        self.unconsumed: dict[int, int] = {}
        self.ended: set[int] = set()
        self.were_reset: set[int] = set()
        self.events: list[Event] = []
        self._step = step

    def open(self, data: bytes = b"", *, fin: bool = False) -> Stream:
        stream = self.mux.open()
        self.streams[stream.id] = stream
        self.mux.send(stream, data, fin=fin)
        return stream

    def receive(self, data: bytes) -> list[tuple[Any, ...]]:
        """Feed it, in the pieces of this pair; returns what it reported."""
        events: list[Event] = []
        for piece in steps(data, self._step):
            events += self.mux.receive(piece)
        for event in events:
            self._note(event)
        self.events += events
        return plain(events)

    def _note(self, event: Event) -> None:
        match event:
            case StreamOpened(stream):
                self.streams[stream.id] = stream
            case DataReceived(stream, data):
                self.received.setdefault(stream.id, bytearray()).extend(data)
                self.unconsumed[stream.id] = self.unconsumed.get(stream.id, 0) + len(data)
            case FinReceived(stream):
                self.ended.add(stream.id)
            case ResetReceived(stream):
                self.were_reset.add(stream.id)
            case _:
                pass

    def consume(self, stream_id: int, size: int | None = None) -> None:
        """Write onward what the stream has received, or `size` bytes of it."""
        held = self.unconsumed.get(stream_id, 0)
        size = held if size is None else min(size, held)
        self.unconsumed[stream_id] = held - size
        if size:
            self.mux.consumed(self.streams[stream_id], size)

    def consume_all(self) -> None:
        for stream_id in self.unconsumed:
            self.consume(stream_id)


class Pair:
    """`dialler` has odd ids, `listener` even ones. `step` 1 delivers every byte alone."""

    def __init__(
        self, step: int = 0, *, window: int = 0, stream_limit: int = 10_000, budget: Budget | None = None
    ) -> None:
        self.budget = budget or Budget(2**40)
        self.dialler = End(Mux(dialled=True, window=window, stream_limit=stream_limit), step)
        listener = Mux(dialled=False, window=window, stream_limit=stream_limit, budget=self.budget)
        self.listener = End(listener, step)

    def carry(self, *, consume: bool = False) -> None:
        """Move bytes both ways until both ends have nothing more to say; `consume` all that arrives, and what waits."""
        for end in (self.dialler, self.listener) if consume else ():
            end.consume_all()
        moved = True
        while moved:
            moved = False
            for sender, receiver in ((self.dialler, self.listener), (self.listener, self.dialler)):
                if data := taken(sender.mux):
                    moved = True
                    receiver.receive(data)
                sender.events += sender.mux.room_gained()
                if consume:
                    receiver.consume_all()
