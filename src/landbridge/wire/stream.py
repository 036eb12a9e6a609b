"""One stream of a tunnel: its credit, its queue and its two half-closes. `Mux` moves it."""

from __future__ import annotations

from collections import deque
from typing import Any

from landbridge.wire.frames import INITIAL_WINDOW

Buffer = bytes | memoryview
SMALL = 1024
"""Pieces below this size are joined in the queue: as objects of their own they hold many times their bytes."""
JOIN_LIMIT = 16_384


class Stream:
    """State of one stream.

    owner          whoever handles the stream's events; the protocol never looks at it
    send_credit    bytes we may still send
    queue, queued  what waits for credit or for its turn, in bytes
    receive_credit bytes the peer may still send
    window         the credit that the peer has when everything is consumed
    unreported     bytes consumed since the last window update
    held           bytes received and not yet consumed
    """

    __slots__ = (
        "ack_due",
        "fin_queued",
        "fin_received",
        "fin_sent",
        "held",
        "id",
        "is_ready",
        "owner",
        "queue",
        "queued",
        "receive_credit",
        "reset",
        "send_credit",
        "syn_due",
        "unreported",
        "wants_room",
        "window",
    )

    def __init__(self, stream_id: int, *, ours: bool) -> None:
        self.id = stream_id
        self.owner: Any = None
        self.send_credit = INITIAL_WINDOW
        self.receive_credit = INITIAL_WINDOW
        self.window = INITIAL_WINDOW
        self.queue: deque[Buffer | bytearray] | None = None
        self.queued = 0
        self.held = 0
        self.unreported = 0
        self.syn_due = ours
        self.ack_due = not ours
        self.fin_queued = False
        self.fin_sent = False
        self.fin_received = False
        self.reset = False
        self.is_ready = False
        self.wants_room = False

    @property
    def closed(self) -> bool:
        """Nothing will come and nothing may be sent."""
        return self.reset or (self.fin_sent and self.fin_received)

    def enqueue(self, data: Buffer, size: int) -> None:
        """Put `data`, which must not be empty, behind what waits already."""
        if self.queue is None:
            self.queue = deque()
        self.queued += size
        if size < SMALL:
            last = self.queue[-1] if self.queue else None
            if type(last) is bytearray and len(last) < JOIN_LIMIT:
                last += data
            else:
                self.queue.append(bytearray(data))
        else:
            self.queue.append(data)

    def dequeue(self, size: int) -> Buffer:
        """The first `size` bytes of what waits; so many must be there."""
        queue = self.queue
        assert queue is not None
        self.queued -= size
        first = queue[0]
        if len(first) == size:
            del queue[0]
            return memoryview(first) if isinstance(first, bytearray) else first
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

    def __repr__(self) -> str:
        if self.reset:
            state = "reset"
        else:
            ours = "closed" if self.fin_sent else "open"
            state = f"{ours}/{'closed' if self.fin_received else 'open'}"
        return f"<Stream {self.id} {state} queued={self.queued} credit={self.send_credit}>"
