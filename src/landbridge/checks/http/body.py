"""Bodies of answers: where they end, and what they say, within limits. Pure."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field

from landbridge.checks.http.head import Head

LIMIT = 262_144
"""Bytes that are read of a body, and bytes that are made of a compressed one."""
_SIZE = re.compile(rb"[0-9a-fA-F]{1,16}")
_LINE = 1024
_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}


@dataclass(slots=True)
class Body:
    """Collects a body while it arrives.

    left   bytes that are still to come; -1: until the connection ends
    done   whether it is whole
    full   whether the limit was reached, so that no more is read
    bad    whether its chunks could not be read
    """

    left: int
    chunked: bool = False
    done: bool = False
    full: bool = False
    bad: bool = False
    content: bytearray = field(default_factory=bytearray)
    rest: bytes = b""
    _ending: bool = False

    def feed(self, data: bytes) -> None:
        """Take what arrived."""
        if self.chunked:
            self.rest += data
            while self._chunk():
                pass
        else:
            taken = data if self.left < 0 else data[: self.left]
            self._keep(taken)
            if self.left >= 0:
                self.left -= len(taken)
                self.done = self.left == 0

    @property
    def over(self) -> bool:
        """Whether nothing more is to be read."""
        return self.done or self.full or self.bad

    def end(self) -> None:
        """The connection has ended."""
        self.done = self.done or (self.left < 0 and not self.chunked)

    def _keep(self, data: bytes) -> None:
        self.content += data[: LIMIT - len(self.content)]
        self.full = self.full or len(self.content) >= LIMIT

    def _chunk(self) -> bool:
        """One step through the chunks; whether there may be another."""
        if self.over or not self.rest:
            return False
        if self.left > 0:
            taken = self.rest[: self.left]
            self._keep(taken)
            self.left, self.rest = self.left - len(taken), self.rest[len(taken) :]
            return True
        line, found, rest = self.rest.partition(b"\n")
        if not found:
            self.bad = len(line) > _LINE
            return False
        self.rest = rest
        self._line(line.strip())
        return True

    def _line(self, line: bytes) -> None:
        """A line between chunks: a size, the empty one after a chunk, or one behind the last chunk."""
        if self._ending:
            self.done = not line
        elif line:
            size = _SIZE.match(line)
            self.bad = size is None
            self.left = int(size[0], 16) if size else 0
            self._ending = self.left == 0


def body_of(method: str, head: Head) -> Body:
    """The body that follows a head (RFC 9112 §6.3). What follows an upgrade is none."""
    if method == "HEAD" or head.status in (101, 204, 304):
        return Body(0, done=True)
    if "chunked" in head.get("transfer-encoding").lower():
        return Body(0, chunked=True)
    length = head.get("content-length")
    if length.isdecimal() and len(length) < 19:
        return Body(int(length), done=int(length) == 0)
    return Body(-1)


def decoded(content: bytes, encoding: str) -> bytes:
    """The content behind a Content-Encoding, at most `LIMIT` bytes; as it is when that cannot be undone."""
    window = _WINDOW.get(encoding.strip().lower())
    if window is None:
        return content
    for bits in (window, -15) if window == 15 else (window,):
        try:
            return zlib.decompressobj(bits).decompress(content, LIMIT)
        except zlib.error:
            continue
    return content
