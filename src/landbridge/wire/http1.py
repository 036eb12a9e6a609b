"""Heads of HTTP/1.1 messages: parsed by llhttp, plus the strictness that it lacks (RFC 9112; traps 6, 7).

What could be read in two ways is refused: two lengths, a length next to a transfer coding, codings other than
chunked. llhttp itself refuses bare CR and LF and NUL bytes, but not in and before the first line, which has a pattern
of its own. Bodies are not parsed here: sized ones are counted, chunked ones go through `chunked`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import httptools

from landbridge.wire.messages import Framing

Header = tuple[bytes, bytes]

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] [1-9][0-9]{2}(?: [\t\x20-\x7e\x80-\xff]*)?\r\n")
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~\x80-\xff]+) HTTP/1\.([01])\r\n")
_FAMILIAR = frozenset(
    {b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT", b"MERGE"}
)
"""llhttp knows these and a few others. Anything else is read as a POST: no other method changes how a head is read."""
_LENGTH = re.compile(rb"[0-9]{1,18}")
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BREAKS = 4
"""Bytes of a head beyond its lines: the end of the first line and the empty line."""
_TARGET = re.compile(rb"[!-~\x80-\xff]+")
_BLOCK = re.compile(rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*")


class BadHead(Exception):
    """The head is not valid or not unambiguous; the text says why, without quoting it."""


class LineTooLong(BadHead):
    """A line is over the limit. `header` is empty for the first line."""

    def __init__(self, header: str, size: int) -> None:
        super().__init__(f"{header or 'first line'} of {size} bytes")
        self.header = header
        self.size = size


class HeadTooLarge(BadHead):
    """All lines together are over the limit."""


@dataclass(slots=True)
class RequestHead:
    """A request head as it was sent. `framing` describes the body; `size` is -1 without a Content-Length."""

    method: bytes
    target: bytes
    minor_version: int
    headers: list[Header]
    framing: Framing
    size: int


@dataclass(slots=True)
class ResponseHead:
    """A response head as it was sent. `has_framing` is False when the body ends with the connection."""

    status: int
    reason: bytes
    minor_version: int
    headers: list[Header]
    framing: Framing
    size: int
    has_framing: bool


def head_end(buffer: bytes, line_limit: int, head_limit: int) -> int:
    """Where the head in `buffer` ends (behind the empty line), or -1 when more bytes are needed.

    Limits are checked before the end is there, so that nobody can make us collect without end. `line_limit` counts
    bytes without CRLF. Raises `BadHead`.
    """
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        whole = buffer[:-1] if buffer.endswith(b"\r") else buffer
        _check_breaks(whole)
        _check_lines(whole.split(b"\r\n"), line_limit)
        if len(whole) > head_limit + line_limit + _BREAKS:
            raise HeadTooLarge("the head is too large")
        return -1
    return end + 4


def _check_breaks(head: bytes) -> None:
    """Every CR and every LF is part of a CRLF, and there is no NUL; counting is many times faster than a pattern."""
    breaks = head.count(b"\r\n")
    if head.count(b"\r") != breaks or head.count(b"\n") != breaks or b"\0" in head:
        raise BadHead("a line ends without CRLF, or holds a NUL byte")


def _check_lines(lines: list[bytes], limit: int) -> None:
    longest = max(lines, key=len)
    if len(longest) > limit:
        is_first = longest is lines[0]
        name = "" if is_first else longest.partition(b":")[0][:100].decode("latin-1")
        raise LineTooLong(name, len(longest))


def parse_request(head: bytes, line_limit: int = 8192, head_limit: int = 65_536) -> RequestHead:
    """The request head in `head` (up to and with the empty line). Raises `BadHead` and its subclasses."""
    _check_sizes(head, line_limit, head_limit)
    method, _, _ = _request_line(_REQUEST_LINE.match(head))
    sink = _Sink()
    parser = httptools.HttpRequestParser(sink)
    try:
        parser.feed_data(head if method in _FAMILIAR else b"POST" + head[len(method) :])
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError as error:
        raise BadHead(_reason(error)) from None
    if not sink.complete:
        raise BadHead("the head is not complete")
    minor = 1 if parser.get_http_version() == "1.1" else 0
    size, chunked = _framing(sink.headers, minor)
    framing: Framing = "streamed" if chunked else "sized" if size > 0 else "none"
    return RequestHead(method, sink.target, minor, sink.headers, framing, size)


def parse_request_line(line: bytes) -> tuple[bytes, bytes, int]:
    """(method, target, minor version) of a request line with its CRLF. Raises `BadHead`."""
    return _request_line(_REQUEST_LINE.fullmatch(line))


def _request_line(match: re.Match[bytes] | None) -> tuple[bytes, bytes, int]:
    """Methods in small letters are refused: some servers take `head` for HEAD, some do not, and send a body."""
    if match is None:
        raise BadHead("the request line is not 'METHOD target HTTP/1.1'")
    if not match[1].isupper():
        raise BadHead("the method is not in capital letters")
    return match[1], match[2], int(match[3])


def parse_response(head: bytes, method: bytes, line_limit: int = 8192, head_limit: int = 8192) -> ResponseHead:
    """The response head in `head`; `method` of the request decides about the body. Raises `BadHead`."""
    _check_sizes(head, line_limit, head_limit)
    if _STATUS_LINE.match(head) is None:
        raise BadHead("the status line is not 'HTTP/1.1 status reason'")
    sink = _Sink()
    parser = httptools.HttpResponseParser(sink)
    try:
        parser.feed_data(head)
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError as error:
        raise BadHead(_reason(error)) from None
    if not sink.complete:
        raise BadHead("the head is not complete")
    minor = 1 if parser.get_http_version() == "1.1" else 0
    status = parser.get_status_code()
    size, chunked = _framing(sink.headers, minor)
    if status < 200 or status == 204:
        size = -1  # these have no length, whatever they say (RFC 9110 §8.6)
    if status == 101:
        framing: Framing = "raw"
    elif method == b"HEAD" or status < 200 or status in (204, 304):
        framing = "none"
    elif chunked or size < 0:
        framing = "streamed"
    else:
        framing = "sized" if size else "none"
    return ResponseHead(
        status, sink.reason, minor, sink.headers, framing, size, chunked or size >= 0 or framing == "none"
    )


def is_header_block(block: bytes) -> bool:
    """Whether `block` is nothing but well-formed header lines: the other end of a tunnel is not trusted either."""
    return _BLOCK.fullmatch(block) is not None


def is_token(text: bytes) -> bool:
    """A method or header name (RFC 9110 §5.6.2)."""
    return _TOKEN.fullmatch(text) is not None


def is_target(text: bytes) -> bool:
    """Visible characters only, as a request target needs."""
    return _TARGET.fullmatch(text) is not None


def _check_sizes(head: bytes, line_limit: int, head_limit: int) -> None:
    """Most heads are shorter than one line may be, so that their lines need not be looked at."""
    if len(head) > min(line_limit, head_limit):
        lines = head.split(b"\r\n")
        _check_lines(lines, line_limit)
        if len(head) - len(lines[0]) - _BREAKS > head_limit:
            raise HeadTooLarge("the headers are too large together")


def _framing(headers: list[Header], minor: int) -> tuple[int, bool]:
    """(length or -1, whether chunked). One length or one coding, never both, never twice (RFC 9112 §6)."""
    size = -1
    chunked = False
    for name, value in headers:
        length = len(name)
        if length == 14 and name.lower() == b"content-length":
            if size >= 0:
                raise BadHead("more than one Content-Length")
            if _LENGTH.fullmatch(value) is None:
                raise BadHead("Content-Length is not a number")
            size = int(value)
        elif length == 17 and name.lower() == b"transfer-encoding":
            if chunked or value.lower() != b"chunked" or minor == 0:
                raise BadHead("Transfer-Encoding other than one 'chunked'")
            chunked = True
    if chunked and size >= 0:
        raise BadHead("both Content-Length and Transfer-Encoding")
    return size, chunked


def _reason(error: httptools.HttpParserError) -> str:
    """llhttp's reason; its messages are fixed English phrases and quote nothing of the input."""
    return str(error) or type(error).__name__


class _Sink:
    """Collects what llhttp calls back. Headers that arrive after the head are trailers: we never feed that far."""

    __slots__ = ("complete", "headers", "reason", "target")

    def __init__(self) -> None:
        self.target = b""
        self.reason = b""
        self.headers: list[Header] = []
        self.complete = False

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_status(self, status: bytes) -> None:
        self.reason += status

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self.complete = True
