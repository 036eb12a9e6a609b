"""The head of a backend's answer: from what the connector says about it to the lines that the client gets.

Bodies cross the tunnel raw, so the answer gets its framing here: counted, chunked, or ended by the connection for
clients of HTTP/1.0.
"""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.http1 import is_header_block
from landbridge.wire.messages import REUSED, Head, whole_head
from landbridge.wire.stream import Buffer

REMEMBERED = 2048
"""Longest head that is remembered, in bytes."""


@dataclass(slots=True)
class AnswerHead:
    """A head that is ready for the client.

    lines    the bytes, up to and with the empty line
    size     bytes of the body, or -1 when they are not known before
    chunked  whether the body goes out in chunks
    keep     whether the connection may serve another request
    raw      whether bytes are raw from now on
    """

    status: int
    lines: bytes
    size: int = -1
    chunked: bool = False
    keep: bool = False
    raw: bool = False

    @property
    def is_interim(self) -> bool:
        """Another head follows."""
        return self.status < 200 and not self.raw


def answer_head(head: Head, block: bytes, minor_version: int, *, keep_alive: bool, upgrade: bool = False) -> AnswerHead:
    """The head for a client of HTTP/1.`minor_version`; `upgrade`: it asked for one. Raises `RemoteProtocolError`."""
    if not is_header_block(block) or not 100 <= head.status <= 999:
        raise RemoteProtocolError("answer head that is not valid")
    begin = f"HTTP/1.1 {head.status} {_reason(head.reason)}\r\n".encode("latin-1") + block
    if head.status < 200 and head.status != 101:
        return AnswerHead(head.status, begin + b"\r\n" if minor_version == 1 else b"")
    if head.body == "raw" and upgrade:
        return AnswerHead(head.status, begin + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", raw=True)
    framing, keep, size = b"", keep_alive, -1
    if head.body == "streamed":
        framing = b"Transfer-Encoding: chunked\r\n" if minor_version == 1 else b""
        keep = keep and minor_version == 1
    elif head.body == "none" or (head.body == "sized" and head.size >= 0):
        framing = b"Content-Length: %d\r\n" % head.size if head.size >= 0 else b""
        size = head.size if head.body == "sized" else 0
    else:
        raise RemoteProtocolError("answer switches protocols unasked")
    lines = b"".join((begin, framing, _connection(minor_version, keep), b"\r\n"))
    return AnswerHead(head.status, lines, size, head.body == "streamed" and minor_version == 1, keep)


def _connection(minor_version: int, keep: bool) -> bytes:
    """What is said about the connection: only what the version does not mean by itself."""
    if not keep:
        return b"Connection: close\r\n"
    return b"" if minor_version else b"Connection: keep-alive\r\n"


def _reason(text: str) -> str:
    """A reason phrase may hold no line breaks; anything odd is dropped."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c == "\t" or " " <= c <= "\xff")


class AnswerHeads:
    """The heads of one client connection's answers. The last one is remembered: most backends repeat theirs."""

    __slots__ = ("_answer", "_keep_alive", "_known", "_minor_version")

    def __init__(self) -> None:
        self._known = b""
        self._answer: AnswerHead | None = None
        self._minor_version = 1
        self._keep_alive = False

    def take(self, data: Buffer, minor_version: int, *, keep_alive: bool) -> tuple[AnswerHead, bytes] | None:
        """The final head and what follows it, when `data` is all of it, behind an Opened for a kept connection.

        None: it comes in pieces, or is something else. Raises `RemoteProtocolError`.
        """
        if type(data) is not bytes:
            return None
        answer = self._answer
        if (
            answer is not None
            and data.startswith(self._known)
            and self._minor_version == minor_version
            and self._keep_alive == keep_alive
        ):
            return answer, data[len(self._known) :]
        found = whole_head(data, len(REUSED)) if data.startswith(REUSED) else None
        if found is None or found[0].status < 200:
            return None
        head, begin, end = found
        answer = answer_head(head, data[begin:end], minor_version, keep_alive=keep_alive)
        if end <= REMEMBERED:
            self._known, self._answer = data[:end], answer
            self._minor_version, self._keep_alive = minor_version, keep_alive
        return answer, data[end:]
