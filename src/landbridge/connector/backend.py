"""One connection to a backend, with at most one request on it (cloud-connector §1.3: one client, one backend)."""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

from landbridge.connector.answer_head import AnswerHead, AnswerHeads
from landbridge.connector.request import BackendRequest
from landbridge.connector.rewrite import Rewriter
from landbridge.connector.settings import ConnectorSettings
from landbridge.net.cork import Cork
from landbridge.net.tls_end import ends_without_notice
from landbridge.wire.chunked import LAST_CHUNK, ChunkedReader, chunk
from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.http1 import BadHead, ResponseHead, head_end


class Asker(Protocol):
    """Who sent the request and wants its answer."""

    def on_head(self, answer: AnswerHead, *, followed: bool) -> None:
        """A head; below 200 (but 101) another follows.

        `followed`: another call comes at once, so that it pays to send both together.
        """

    def on_body(self, data: bytes | memoryview, *, last: bool) -> None:
        """A piece of the body; `last`: the body is complete with it."""

    def on_answer_end(self) -> None:
        """The answer is complete; the connection is idle again, or ending."""

    def on_backend_lost(self, reason: str, *, untouched: bool) -> None:
        """No answer, or no rest of it. `untouched`: not one byte of an answer came. `reason` is empty for a close."""

    def on_backend_room(self) -> None: ...


class BackendConnection(asyncio.Protocol):
    """Sends requests, one at a time, and parses their answers."""

    def __init__(self, settings: ConnectorSettings, rewriter: Rewriter) -> None:
        self._settings = settings
        self._heads = AnswerHeads(rewriter, settings.response_line_limit, settings.response_head_limit)
        self._transport: asyncio.Transport | None = None
        self._cork: Cork | None = None
        self._asker: Asker | None = None
        self._request: BackendRequest | None = None
        self._buffer = b""
        self._head: ResponseHead | None = None
        self._left = -1
        self._chunks: ChunkedReader | None = None
        self._has_answer = False
        self._keep = True
        self._is_raw = False
        self.paused = False
        self.uses = 0

    # ------------------------------------------------------------------ transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own classes do not derive from it
        self._cork = Cork(self._transport)

    def data_received(self, data: bytes) -> None:
        asker = self._asker
        if asker is None:
            # An answer that nobody asked for: the connection is in an unknown state.
            self.abort()
            return
        self._has_answer = True
        try:
            if self._is_raw:
                asker.on_body(data, last=False)
            elif self._head is not None:
                self._body(asker, data)
            else:
                self._buffer = self._buffer + data if self._buffer else data
                self._read_heads(asker)
        except (BadHead, RemoteProtocolError) as error:
            self._fail(str(error))

    def eof_received(self) -> bool:
        """The end of a body that nothing else delimits, or of a raw stream; else the answer is cut.

        With TLS, such a body is whole only if the backend says so, by close_notify (RFC 9112 §9.8).
        """
        asker = self._asker
        if asker is None or ends_without_notice(self._transport):
            return False
        if self._is_raw:
            self._asker = None
            asker.on_answer_end()
        elif self._head is not None and self._left < 0 and self._chunks is None:
            self._keep = False
            self._finish(asker)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if self._cork is not None:
            self._cork.drop()
        self._transport = self._cork = None
        self._fail("")

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        if self._asker is not None:
            self._asker.on_backend_room()

    # ------------------------------------------------------------------ asking

    @property
    def tls_object(self) -> object | None:
        """The TLS state of the connection, for questions about its handshake."""
        return self._transport.get_extra_info("ssl_object") if self._transport is not None else None

    @property
    def usable(self) -> bool:
        """Connected, idle and kept alive by the backend."""
        return self._transport is not None and self._asker is None and self._keep and not self._transport.is_closing()

    def ask(self, asker: Asker, request: BackendRequest) -> None:
        """Send a request's head; its body follows through `write` and `end`."""
        assert self._cork is not None
        assert self._asker is None
        self._asker = asker
        self._request = request
        self._head = None
        self._left = -1
        self._has_answer = False
        self.uses += 1
        if request.has_body:
            self._cork.write(request.head)
        else:
            self._cork.write_last(request.head)

    def write(self, data: bytes | memoryview) -> None:
        """A piece of the request's body, or raw bytes after an upgrade."""
        if self._cork is not None and self._request is not None and len(data):
            self._cork.write(chunk(data) if self._request.chunked else data)

    def end(self) -> None:
        """The request is complete; a raw stream ends in this direction."""
        if self._cork is None or self._transport is None or self._request is None:
            return
        if self._request.chunked:
            self._cork.write(LAST_CHUNK)
        elif self._is_raw:
            if self._transport.can_write_eof():
                self._cork.write_eof()
            else:
                self._cork.close()

    def release(self) -> None:
        """The asker is gone: an answer that is under way makes the connection useless."""
        if self._asker is not None:
            self._asker = None
            self.abort()

    def pause(self) -> None:
        """The answer comes faster than the tunnel takes it."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    def close(self) -> None:
        if self._cork is not None:
            self._cork.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # ------------------------------------------------------------------ answers

    def _read_heads(self, asker: Asker) -> None:
        settings = self._settings
        assert self._request is not None
        while self._head is None:
            end = head_end(self._buffer, settings.response_line_limit, settings.response_head_limit)
            if end < 0:
                return
            raw, self._buffer = self._buffer[:end], self._buffer[end:]
            answer = self._heads.read(raw, self._request.method)
            status = answer.head.status
            if status >= 200 or status == 101:
                self._start_body(answer)
            asker.on_head(answer, followed=bool(self._buffer) or self._left == 0)
            if self._asker is None:
                return
        rest, self._buffer = self._buffer, b""
        if self._is_raw:
            if rest:
                asker.on_body(rest, last=False)
        elif self._left == 0:
            self._finish(asker, rest)
        elif rest:
            self._body(asker, rest)

    def _start_body(self, answer: AnswerHead) -> None:
        assert self._request is not None
        head = answer.head
        if head.status == 101 and not self._request.upgrade:
            raise BadHead("it switches protocols unasked")
        self._head = head
        self._keep = answer.keep
        self._chunks = None
        self._left = -1
        if head.framing == "raw":
            self._is_raw = True
            self._keep = False
        elif head.framing == "none":
            self._left = 0
        elif head.framing == "sized":
            self._left = head.size
        elif head.has_framing:
            self._chunks = ChunkedReader()

    def _body(self, asker: Asker, data: bytes) -> None:
        if self._chunks is not None:
            pieces = self._chunks.feed(data)
            for piece in pieces:
                asker.on_body(piece, last=False)
            if not pieces:
                asker.on_body(b"", last=False)  # a head may wait for company
            if self._chunks.done:
                self._finish(asker, self._chunks.rest)
        elif self._left < 0:
            asker.on_body(data, last=False)
        else:
            part = data if len(data) <= self._left else data[: self._left]
            self._left -= len(part)
            asker.on_body(part, last=not self._left)
            if self._left == 0:
                self._finish(asker, data[len(part) :])

    def _finish(self, asker: Asker, rest: bytes = b"") -> None:
        if self._asker is not asker:
            return
        self._asker = None
        self._request = None
        if rest:
            self._keep = False
        asker.on_answer_end()
        if not self._keep and self._asker is None:
            self.close()

    def _fail(self, reason: str) -> None:
        asker, self._asker = self._asker, None
        self._keep = False
        self.abort()
        if asker is not None:
            asker.on_backend_lost(reason, untouched=not self._has_answer)
