"""From a local client to a stream: ask with Open, wait for Opened or Refused, then bytes."""

from __future__ import annotations

from typing import Protocol

from landbridge.faults import Fault, fault, from_wire
from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.messages import MessageReader, Open, Opened, Refused, encode
from landbridge.wire.stream import Buffer, Stream


class Session(Protocol):
    """What a relay needs of the tunnel's session."""

    def open(self, owner: InwardRelay, preamble: bytes, *, fin: bool) -> Stream: ...
    def send(self, stream: Stream, data: Buffer, *, fin: bool = False) -> bool: ...
    def consumed(self, stream: Stream, size: int) -> None: ...
    def reset(self, stream: Stream) -> None: ...


class RelayClient(Protocol):
    """What a relay needs of the client connection."""

    @property
    def paused(self) -> bool:
        """The client takes no bytes at the moment; `written_onward` will be called when it does again."""

    def write(self, data: bytes | memoryview) -> None: ...
    def connected(self, opened: Opened) -> None:
        """The backend is connected: tell the client, raw bytes follow."""

    def ended(self) -> None:
        """The backend will send no more."""

    def refused(self, reason: Fault) -> None: ...
    def cut(self, reason: Fault | None) -> None: ...
    def room(self) -> None: ...


class InwardRelay:
    """One stream, from Open to its two ends."""

    def __init__(self, client: RelayClient, session: Session) -> None:
        self._client = client
        self._session = session
        self._stream: Stream | None = None
        self._reader: MessageReader | None = MessageReader()
        self._target = ("", 0)
        self._timeout = 0.0
        self._deadline = 0.0
        self._unacknowledged = 0

    def begin(self, opening: Open, timeout: float, now: float) -> None:
        """Ask for a connection; `timeout` in seconds for the answer. Raises `FaultError` when the tunnel is full."""
        self._target = (opening.host, opening.port)
        self._timeout = timeout
        self._deadline = now + timeout if timeout else 0.0
        self._stream = self._session.open(self, encode(opening), fin=False)

    def send(self, data: Buffer) -> bool:
        """Bytes of the client; False when it should stop until `RelayClient.room`."""
        return self._stream is None or self._session.send(self._stream, data)

    def end(self) -> None:
        """The client will send no more."""
        if self._stream is not None:
            self._session.send(self._stream, b"", fin=True)

    def abandon(self) -> None:
        """The client is gone."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            self._session.reset(stream)

    def written_onward(self) -> None:
        """The client takes bytes again."""
        if self._stream is not None and self._unacknowledged:
            size, self._unacknowledged = self._unacknowledged, 0
            self._session.consumed(self._stream, size)

    # ------------------------------------------------------------------ from the tunnel

    def on_data(self, data: Buffer) -> None:
        stream = self._stream
        assert stream is not None
        if self._reader is None:
            self._client.write(data)
        else:
            self._preamble(self._reader, data)
        if self._client.paused:
            self._unacknowledged += len(data)
        elif self._stream is not None:
            self._session.consumed(stream, len(data))

    def _preamble(self, reader: MessageReader, data: Buffer) -> None:
        reader.feed(data)
        try:
            message = reader.message()
        except RemoteProtocolError as error:
            self._break(fault("tunnel.protocol-error", reason=str(error)))
            return
        match message:
            case None:
                return
            case Opened():
                self._reader = None
                self._deadline = 0.0
                self._client.connected(message)
                if rest := reader.rest():
                    self._client.write(rest)
            case Refused(code, params, _):
                self._break(from_wire(code, params))
            case _:
                self._break(fault("tunnel.protocol-error", reason=f"{type(message).__name__} out of turn"))

    def on_fin(self) -> None:
        if self._reader is not None:
            self._break(fault("tunnel.aborted"))
        else:
            self._client.ended()

    def on_reset(self) -> None:
        self._break(fault("tunnel.aborted"))

    def on_lost(self, reason: Fault) -> None:
        self._break(fault("tunnel.lost") if self._reader is None else reason)

    def on_room(self) -> None:
        self._client.room()

    def sweep(self, now: float) -> None:
        """Look at the deadline for Opened."""
        if self._deadline and now > self._deadline:
            host, port = self._target
            self._break(fault("tunnel.open-timeout", host=host, port=port, seconds=f"{self._timeout:g}"))

    def _break(self, reason: Fault) -> None:
        self.abandon()
        if self._reader is None:
            self._client.cut(reason)
        else:
            self._client.refused(reason)
