"""One request on its way through a tunnel: the request's body out, the backend's answer back.

The door owns the client connection; an exchange owns one stream. Bodies cross the tunnel raw, so the answer gets its
framing here: counted, chunked, or ended by the connection for clients of HTTP/1.0.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from landbridge.faults import Fault, FaultError, fault, from_wire
from landbridge.gateway.admission import Admitted
from landbridge.gateway.session import TunnelSession
from landbridge.wire.chunked import LAST_CHUNK, chunk
from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.http1 import RequestHead, is_header_block
from landbridge.wire.messages import (
    HEAD_BLOCK_LIMIT,
    MESSAGE_LIMIT,
    Head,
    MessageReader,
    Open,
    Opened,
    Refused,
    encode,
)
from landbridge.wire.stream import Buffer, Stream


class Client(Protocol):
    """What an exchange needs of the client connection."""

    paused: bool
    """The client takes no bytes at the moment; `written_onward` will be called when it does again."""

    def write(self, data: bytes | memoryview) -> None: ...
    def opened(self, opened: Opened) -> None:
        """The backend is connected."""

    def answering(self) -> None:
        """The answer's head is there; it is written next."""

    def answered(self, *, keep: bool) -> None:
        """The answer is complete; `keep`: its framing allows another request."""

    def refused(self, reason: Fault) -> None:
        """There is no answer of a backend: answer with the fault."""

    def cut(self, reason: Fault | None) -> None:
        """The answer broke off: the connection must end visibly."""

    def upgraded(self) -> None:
        """From now on bytes are raw."""

    def room(self) -> None:
        """The stream takes more of the request's body."""


class Exchange:
    """One stream, from Open to its end."""

    __slots__ = (
        "_answer_begun",
        "_answer_size",
        "_chunked",
        "_client",
        "_deadline",
        "_is_opened",
        "_keep",
        "_open_timeout",
        "_pending_head",
        "_raw",
        "_reader",
        "_received",
        "_target",
        "_unacknowledged",
        "minor_version",
        "session",
        "status",
        "stream",
    )

    def __init__(self, client: Client, session: TunnelSession, admitted: Admitted, minor_version: int) -> None:
        self._client = client
        self.session = session
        self.minor_version = minor_version
        self.stream: Stream | None = None
        self.status = 0
        """Of the backend's answer; 0 before it has begun."""
        self._target = admitted
        self._reader: MessageReader | None = MessageReader()
        self._pending_head: Head | None = None
        self._is_opened = False
        self._answer_begun = False
        self._answer_size = -1
        self._received = 0
        self._chunked = False
        self._keep = True
        self._raw = False
        self._unacknowledged = 0
        self._deadline = 0.0
        self._open_timeout = 0.0

    # ------------------------------------------------------------------ request

    def begin(
        self, head: RequestHead, conn: str, request_id: str, open_timeout: float, now: float, trace: bool = False
    ) -> None:
        """Open the stream with the request's head. Raises `FaultError` when the tunnel takes no more."""
        target = self._target
        opening = Open(
            "http",
            target.host,
            target.port,
            conn,
            request_id,
            head.method.decode("ascii"),
            target.target,
            "none" if target.upgrade else head.framing,
            head.size,
            target.upgrade,
            len(target.block),
            target.user_token,
            target.technical_token,
            trace,
        )
        self._open_timeout = open_timeout
        self._deadline = now + open_timeout if open_timeout else 0.0
        is_whole = head.framing == "none" and not target.upgrade
        self.stream = self.session.open(self, _preamble(opening, target.block), fin=is_whole)

    def body(self, data: Buffer, *, last: bool) -> bool:
        """A piece of the request's body; False when the client should stop until `Client.room`."""
        if self.stream is None:
            return True
        return self.session.send(self.stream, data, fin=last)

    @property
    def system(self) -> str:
        """Virtual host and port."""
        return f"{self._target.host}:{self._target.port}"

    @property
    def path(self) -> str:
        """Without the query, which may hold secrets."""
        return self._target.target.partition("?")[0]

    def abandon(self) -> None:
        """The client is gone, or its request turned out to be invalid."""
        if self.stream is not None:
            stream, self.stream = self.stream, None
            self.session.reset(stream)

    def written_onward(self) -> None:
        """The client takes bytes again: give the credit back that was kept."""
        if self.stream is not None and self._unacknowledged:
            size, self._unacknowledged = self._unacknowledged, 0
            self.session.consumed(self.stream, size)

    # ------------------------------------------------------------------ answer

    def on_data(self, data: Buffer) -> None:
        stream = self.stream
        assert stream is not None
        size = len(data)
        try:
            if self._reader is None:
                self._body(data)
            else:
                self._preamble(self._reader, data)
        except RemoteProtocolError as error:
            self._break(fault("tunnel.protocol-error", reason=str(error)))
            return
        if self._client.paused:
            self._unacknowledged += size
        elif self.stream is not None:
            self.session.consumed(stream, size)

    def _preamble(self, reader: MessageReader, data: Buffer) -> None:
        reader.feed(data)
        while self._reader is not None:
            message = self._pending_head or reader.message()
            if message is None:
                return
            match message:
                case Opened() if not self._is_opened:
                    self._is_opened = True
                    self._deadline = 0.0
                    self._client.opened(message)
                case Refused(code, params, status) if not self._is_opened or not self._answer_begun:
                    self._refuse(_with_status(from_wire(code, params), status))
                case Head() if self._is_opened:
                    block = reader.block(message.head)
                    if block is None:
                        self._pending_head = message
                        return
                    self._pending_head = None
                    self._head(message, block)
                case _:
                    raise RemoteProtocolError(f"{type(message).__name__} out of turn")
        rest = reader.rest()
        if rest and self.stream is not None:
            self._body(rest)

    def _head(self, head: Head, block: bytes) -> None:
        if not is_header_block(block) or not 100 <= head.status <= 999:
            raise RemoteProtocolError("answer head that is not valid")
        lines = [f"HTTP/1.1 {head.status} {_reason(head.reason)}\r\n".encode("latin-1"), block]
        if head.status < 200 and head.status != 101:
            if self.minor_version == 1:
                self._client.write(b"".join((*lines, b"\r\n")))
            return
        self._frame(head, lines)
        self._answer_begun = True
        self.status = head.status
        self._client.answering()
        self._reader = None
        lines.append(b"\r\n")
        self._client.write(b"".join(lines))
        if self._raw:
            self._client.upgraded()

    def _frame(self, head: Head, lines: list[bytes]) -> None:
        """Choose the framing of the answer's body and write its header line."""
        match head.body:
            case "raw" if self._target.upgrade:
                self._raw = True
                lines.append(b"Connection: Upgrade\r\nUpgrade: websocket\r\n")
                return
            case "sized" if head.size >= 0:
                self._answer_size = head.size
                lines.append(b"Content-Length: %d\r\n" % head.size)
            case "streamed" if self.minor_version == 1:
                self._chunked = True
                lines.append(b"Transfer-Encoding: chunked\r\n")
            case "streamed":
                self._keep = False
            case "none":
                self._answer_size = 0
                if head.size >= 0:
                    lines.append(b"Content-Length: %d\r\n" % head.size)
            case _:
                raise RemoteProtocolError("answer switches protocols unasked")
        if not (self._keep and self._target.keep_alive):
            lines.append(b"Connection: close\r\n")
        elif self.minor_version == 0:
            lines.append(b"Connection: keep-alive\r\n")

    def _body(self, data: Buffer) -> None:
        self._received += len(data)
        if self._answer_size >= 0 and self._received > self._answer_size:
            raise RemoteProtocolError("answer is longer than announced")
        self._client.write(chunk(data) if self._chunked else data)

    def on_fin(self) -> None:
        if self._reader is not None:
            self._refuse(fault("tunnel.aborted"))
        elif self._raw:
            self.written_onward()
            self.stream = None
            self._client.answered(keep=False)
        elif self._answer_size >= 0 and self._received != self._answer_size:
            self._break(fault("tunnel.aborted"))
        else:
            if self._chunked:
                self._client.write(LAST_CHUNK)
            self._finish()

    def _finish(self) -> None:
        """The answer is complete. What the client still uploads has no reader any more."""
        self.written_onward()
        stream, self.stream = self.stream, None
        if stream is not None and not stream.fin_sent:
            self.session.reset(stream)
        self._client.answered(keep=self._keep and self._target.keep_alive)

    def on_reset(self) -> None:
        self._break(fault("tunnel.aborted"))

    def on_lost(self, reason: Fault) -> None:
        self._break(fault("tunnel.lost") if self._is_opened or not reason.kind.retry else reason)

    def on_room(self) -> None:
        self._client.room()

    def sweep(self, now: float) -> None:
        """Look at the deadline for Opened."""
        if self._deadline and now > self._deadline:
            target = self._target
            seconds = f"{self._open_timeout:g}"
            self._break(fault("tunnel.open-timeout", host=target.host, port=target.port, seconds=seconds))

    def _refuse(self, reason: Fault) -> None:
        self._reader = None
        self.abandon()
        self._client.refused(reason)

    def _break(self, reason: Fault) -> None:
        self.abandon()
        if self._answer_begun:
            self._client.cut(reason)
        else:
            self._client.refused(reason)


def _preamble(opening: Open, block: bytes) -> bytes:
    """Open and the header lines. Raises `FaultError` for what the door's limits allow but the tunnel cannot carry."""
    try:
        encoded = encode(opening)
    except ValueError:
        raise FaultError(fault("proxy.head-too-large", limit=MESSAGE_LIMIT)) from None
    if len(block) > HEAD_BLOCK_LIMIT:
        raise FaultError(fault("proxy.head-too-large", limit=HEAD_BLOCK_LIMIT))
    return encoded + block


def _with_status(reason: Fault, status: int) -> Fault:
    """The fault, with the status that the connector's settings give to it."""
    if not 400 <= status <= 599 or status == reason.kind.status:
        return reason
    return replace(reason, kind=replace(reason.kind, status=status))


def _reason(text: str) -> str:
    """A reason phrase may hold no line breaks; anything odd is dropped."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c == "\t" or " " <= c <= "\xff")
