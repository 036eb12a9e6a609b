"""One stream of a tunnel: its credit, its queue and its two half-closes. `Mux` moves it."""

from __future__ import annotations

from collections import deque
from typing import Any

from landbridge.wire.frames import INITIAL_WINDOW

Buffer = bytes | memoryview


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
        self.queue: deque[Buffer] | None = None
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

    def __repr__(self) -> str:
        if self.reset:
            state = "reset"
        else:
            ours = "closed" if self.fin_sent else "open"
            state = f"{ours}/{'closed' if self.fin_received else 'open'}"
        return f"<Stream {self.id} {state} queued={self.queued} credit={self.send_credit}>"
