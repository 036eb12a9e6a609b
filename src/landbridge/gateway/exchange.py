"""One request on its way through a tunnel: the request's body out, the backend's answer back.

The door owns the client connection; an exchange owns one stream.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from landbridge.faults import Fault, FaultError, fault, from_wire
from landbridge.gateway.admission import Admitted
from landbridge.gateway.answer_head import AnswerHead, AnswerHeads, answer_head
from landbridge.wire.chunked import LAST_CHUNK, chunk
from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.http1 import RequestHead
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

    @property
    def paused(self) -> bool:
        """The client takes no bytes at the moment; `written_onward` will be called when it does again."""

    @property
    def heads(self) -> AnswerHeads: ...

    def write(self, data: bytes | memoryview, *, last: bool = False) -> None:
        """Send on; `last`: as far as is known nothing of the answer follows."""

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


class Session(Protocol):
    """What an exchange needs of the tunnel's session."""

    def open(self, owner: Exchange, preamble: bytes, *, fin: bool) -> Stream: ...
    def send(self, stream: Stream, data: Buffer, *, fin: bool = False) -> bool: ...
    def consumed(self, stream: Stream, size: int) -> None: ...
    def reset(self, stream: Stream) -> None: ...


class Exchange:
    """One stream, from Open to its end."""

    __slots__ = (
        "_answer",
        "_client",
        "_deadline",
        "_is_opened",
        "_open_timeout",
        "_pending_head",
        "_reader",
        "_received",
        "_target",
        "_unacknowledged",
        "minor_version",
        "session",
        "stream",
    )

    def __init__(self, client: Client, session: Session, admitted: Admitted, minor_version: int) -> None:
        self._client = client
        self.session = session
        self.minor_version = minor_version
        self.stream: Stream | None = None
        self._target = admitted
        self._reader: MessageReader | None = None
        self._pending_head: Head | None = None
        self._is_opened = False
        self._answer: AnswerHead | None = None
        self._received = 0
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
    def status(self) -> int:
        """Of the backend's answer; 0 before it has begun."""
        return self._answer.status if self._answer is not None else 0

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
            if self._answer is not None:
                self._body(self._answer, data)
            elif self._reader is not None or not self._begin_whole(stream, data):
                self._collect(data)
        except RemoteProtocolError as error:
            self._break(fault("tunnel.protocol-error", reason=str(error)))
            return
        if self._client.paused:
            self._unacknowledged += size
        elif stream.held and self.stream is not None:
            self.session.consumed(stream, size)

    def _begin_whole(self, stream: Stream, data: Buffer) -> bool:
        """Opened, head and the first of the body came together, as nearly always; False when they did not."""
        target = self._target
        if target.upgrade or self._is_opened:
            return False
        found = self._client.heads.take(data, self.minor_version, keep_alive=target.keep_alive)
        if found is None:
            return False
        answer, rest = found
        self._opened(Opened(reused=True))
        self._answer = answer
        self._client.answering()
        if answer.chunked:
            self._client.write(answer.lines)
            if rest:
                self._body(answer, rest)
        else:
            self._count(answer, len(rest))
            self._client.write(answer.lines + rest, last=stream.fin_received)
        return True

    def _collect(self, data: Buffer) -> None:
        """What stands before the body comes in pieces, or is something else than an answer."""
        reader = self._reader = self._reader or MessageReader()
        reader.feed(data)
        while self._answer is None and self.stream is not None:
            message = self._pending_head or reader.message()
            if message is None:
                return
            match message:
                case Opened() if not self._is_opened:
                    self._opened(message)
                case Refused(code, params, status):
                    self._refuse(_with_status(from_wire(code, params), status))
                case Head() if self._is_opened:
                    block = reader.block(message.head)
                    self._pending_head = message if block is None else None
                    if block is None:
                        return
                    self._head(message, block)
                case _:
                    raise RemoteProtocolError(f"{type(message).__name__} out of turn")
        rest = reader.rest()
        if rest and self._answer is not None and self.stream is not None:
            self._body(self._answer, rest)

    def _opened(self, opened: Opened) -> None:
        self._is_opened = True
        self._deadline = 0.0
        self._client.opened(opened)

    def _head(self, head: Head, block: bytes) -> None:
        target = self._target
        answer = answer_head(head, block, self.minor_version, keep_alive=target.keep_alive, upgrade=target.upgrade)
        if answer.is_interim:
            self._client.write(answer.lines)
            return
        self._answer = answer
        self._reader = None
        self._client.answering()
        self._client.write(answer.lines)
        if answer.raw:
            self._client.upgraded()

    def _body(self, answer: AnswerHead, data: Buffer) -> None:
        self._count(answer, len(data))
        self._client.write(chunk(data) if answer.chunked else data)

    def _count(self, answer: AnswerHead, size: int) -> None:
        self._received += size
        if 0 <= answer.size < self._received:
            raise RemoteProtocolError("answer is longer than announced")

    def on_fin(self) -> None:
        answer = self._answer
        if answer is None:
            self._refuse(fault("tunnel.aborted"))
        elif answer.raw:
            self.written_onward()
            self.stream = None
            self._client.answered(keep=False)
        elif 0 <= answer.size != self._received:
            self._break(fault("tunnel.aborted"))
        else:
            if answer.chunked:
                self._client.write(LAST_CHUNK, last=True)
            self._finish(answer)

    def _finish(self, answer: AnswerHead) -> None:
        """The answer is complete. What the client still uploads has no reader any more."""
        self.written_onward()
        stream, self.stream = self.stream, None
        if stream is not None and not stream.fin_sent:
            self.session.reset(stream)
        self._client.answered(keep=answer.keep)

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
        self.abandon()
        self._client.refused(reason)

    def _break(self, reason: Fault) -> None:
        self.abandon()
        if self._answer is not None:
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
