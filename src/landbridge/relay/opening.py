"""The beginning of a stream: who asks for what. Then the stream gets the owner that serves its kind."""

from __future__ import annotations

from typing import Protocol

from landbridge.faults import Fault, fault
from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.messages import MessageReader, Open, whole_open
from landbridge.wire.stream import Buffer, Stream


class Opener(Protocol):
    """What an opening needs of its session."""

    def consumed(self, stream: Stream, size: int) -> None: ...
    def serve(self, stream: Stream, opening: Open, block: bytes, rest: bytes) -> None:
        """Open and header lines are complete; `rest` is what follows them."""

    def refuse(self, stream: Stream, opening: Open | None, reason: Fault) -> None: ...
    def forget(self, stream: Stream) -> None: ...


class Opening:
    """Owner of a stream until its Open and its header lines are there."""

    __slots__ = ("_deadline", "_opening", "_reader", "_session", "_stream")

    def __init__(self, session: Opener, stream: Stream, deadline: float = 0.0) -> None:
        """`deadline` on the loop's clock for the whole Open; 0 for none."""
        self._deadline = deadline
        self._session = session
        self._stream = stream
        self._reader: MessageReader | None = None
        self._opening: Open | None = None

    def on_data(self, data: Buffer) -> None:
        if self._reader is None:
            whole = whole_open(data)
            if whole is not None:
                self._serve(*whole, len(data))
                return
            self._reader = MessageReader()
        self._collect(self._reader, data)

    def _collect(self, reader: MessageReader, data: Buffer) -> None:
        """It comes in pieces, or is not what it should be."""
        reader.feed(data)
        try:
            if self._opening is None:
                message = reader.message()
                if message is not None and not isinstance(message, Open):
                    raise RemoteProtocolError(f"{type(message).__name__} instead of Open")
                self._opening = message
            block = reader.block(self._opening.head) if self._opening is not None else None
        except RemoteProtocolError as error:
            self._refuse(str(error))
            return
        if self._opening is None or block is None:
            self._session.consumed(self._stream, len(data))
            return
        self._serve(self._opening, block, reader.rest(), len(data))

    def _serve(self, opening: Open, block: bytes, rest: bytes, size: int) -> None:
        self._session.consumed(self._stream, size - len(rest))
        self._session.serve(self._stream, opening, block, rest)

    def on_fin(self) -> None:
        self._refuse("it ends before its head")

    def on_reset(self) -> None:
        self._session.forget(self._stream)

    def on_room(self) -> None:
        """Nothing was sent yet."""

    def sweep(self, now: float) -> None:
        """Look at the deadline."""
        if self._deadline and now > self._deadline:
            self._refuse("it does not come in time")

    def _refuse(self, reason: str) -> None:
        self._session.refuse(self._stream, self._opening, fault("connector.open-invalid", reason=reason))
