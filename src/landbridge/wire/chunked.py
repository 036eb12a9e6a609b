"""Chunked transfer coding, strictly (RFC 9112 §7.1): what is ambiguous is refused, trailers are dropped."""

from __future__ import annotations

import re

from landbridge.wire.errors import RemoteProtocolError

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?\r\n")
_TRAILER_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n")
_LINE_LIMIT = 4096
_TRAILERS_LIMIT = 16_384
_SMALL = 1024


def chunk(data: bytes | memoryview) -> bytes:
    """`data` as one chunk; it must not be empty (that would end the body)."""
    return b"".join((b"%x\r\n" % len(data), data, b"\r\n"))


LAST_CHUNK = b"0\r\n\r\n"


def _joined(pieces: list[memoryview]) -> list[memoryview]:
    """Many small pieces as one: each costs its receiver a frame, and memory beyond its bytes."""
    if len(pieces) > 1 and sum(map(len, pieces)) < _SMALL * len(pieces):
        return [memoryview(b"".join(pieces))]
    return pieces


class ChunkedReader:
    """Takes the coding away. `feed` returns the data in the given bytes; `done` is set at the end of the body."""

    __slots__ = ("_in_trailers", "_left", "_line", "_trailers", "done", "rest")

    def __init__(self) -> None:
        self.done = False
        self.rest = b""
        """Bytes behind the body, once it is done: the next message."""
        self._line = b""
        self._left = 0
        self._in_trailers = False
        self._trailers = 0

    def feed(self, data: bytes | memoryview) -> list[memoryview]:
        """The body in `data`, in pieces. Raises `RemoteProtocolError` on anything but the plain coding."""
        view = memoryview(data)
        pieces: list[memoryview] = []
        while view and not self.done:
            if self._left > 2:
                piece = view[: self._left - 2]
                pieces.append(piece)
                self._left -= len(piece)
                view = view[len(piece) :]
            elif self._left:
                view = self._chunk_end(view)
            else:
                view = self._line_part(view)
        if self.done and view:
            self.rest += view
        return _joined(pieces)

    def _chunk_end(self, view: memoryview) -> memoryview:
        wanted = b"\r\n"[2 - self._left]
        if view[0] != wanted:
            raise RemoteProtocolError("chunk data is longer than its size says")
        self._left -= 1
        return view[1:]

    def _line_part(self, view: memoryview) -> memoryview:
        """Collect one line; the lines between chunks are short, so bytes are looked at only once."""
        head = bytes(view[: _LINE_LIMIT + 1])
        at = head.find(b"\n")
        self._line += head if at < 0 else head[: at + 1]
        if len(self._line) > _LINE_LIMIT:
            raise RemoteProtocolError("chunk line is too long")
        if at < 0:
            return view[len(head) :]
        line, self._line = self._line, b""
        if self._in_trailers:
            self._trailer(line)
        else:
            self._size(line)
        return view[at + 1 :]

    def _size(self, line: bytes) -> None:
        match = _SIZE_LINE.fullmatch(line)
        if match is None:
            raise RemoteProtocolError("chunk size line is not valid")
        size = int(match[1], 16)
        if size:
            self._left = size + 2
        else:
            self._in_trailers = True

    def _trailer(self, line: bytes) -> None:
        if line == b"\r\n":
            self.done = True
            return
        self._trailers += len(line)
        if self._trailers > _TRAILERS_LIMIT or _TRAILER_LINE.fullmatch(line) is None:
            raise RemoteProtocolError("trailer is not valid")
