"""What is fuzzed: a function of bytes for each parser. It may raise nothing; what must hold is asserted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from landbridge.wire.budget import Budget
from landbridge.wire.chunked import ChunkedReader
from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.events import DataReceived
from landbridge.wire.http1 import BadHead, head_end, is_target, is_token, parse_request, parse_response
from landbridge.wire.messages import HEAD_BLOCK_LIMIT, MessageReader, encode
from landbridge.wire.mux import Mux
from landbridge.wire.socks5 import ConnectAsked, Socks5Handshake, TokenOffered

_SIZES = 8192, 65_536


def pieces(data: bytes) -> Iterator[bytes]:
    """The bytes in pieces whose sizes they choose themselves: the first byte is a step, 0 for all at once."""
    step = data[0] if data else 0
    body = data[1:]
    if not step:
        yield body
        return
    for begin in range(0, len(body), step):
        yield body[begin : begin + step]


def mux(data: bytes) -> None:
    """Whatever arrives, budget and credit stay consistent, and nothing is left when the connection is gone."""
    budget = Budget(2**20)
    end = Mux(dialled=bool(data[:1] > b"\x7f"), stream_limit=16, budget=budget)
    control = end.open()
    end.send(control, b"hello")
    sent = 0
    for number, piece in enumerate(pieces(data)):
        try:
            events = end.receive(piece)
        except RemoteProtocolError:
            assert end.receive(b"more") == []
            break
        for event in events:
            if not isinstance(event, DataReceived):
                continue
            assert len(event.data) <= len(data)
            if not event.stream.fin_queued:
                end.send(event.stream, bytes(event.data))
            if number % 2:
                end.consumed(event.stream, len(event.data))
        assert 0 <= budget.used <= 4 * len(data) + sent
        assert len(end.streams) <= 17
        if number % 3 == 0:
            end.take(2**14)
    end.abandon()
    assert budget.used == 0
    assert not end.streams


def messages(data: bytes) -> None:
    """The same messages however the bytes are cut; each can be written again."""

    def read(parts: Iterator[bytes]) -> list[object]:
        reader, seen = MessageReader(), list[object]()
        try:
            for part in parts:
                reader.feed(part)
                while (message := reader.message()) is not None:
                    seen.append(message)
                    head = getattr(message, "head", 0)
                    if 0 <= head <= HEAD_BLOCK_LIMIT and (block := reader.block(head)) is not None:
                        assert len(block) == head
                    with contextlib.suppress(ValueError):  # written in full, some grow beyond the limit
                        encode(message)
        except RemoteProtocolError:
            seen.append(None)
        return seen

    body = data[1:]
    if not any(b"head" in piece for piece in (body,)):
        assert read(iter([body])) == read(pieces(data))
    else:
        read(pieces(data))


def chunked(data: bytes) -> None:
    """The same body and the same rest however the bytes are cut, or refused in both ways."""

    def read(parts: Iterator[bytes]) -> tuple[bytes, bytes] | None:
        reader, body = ChunkedReader(), b""
        for part in parts:
            try:
                body += b"".join(reader.feed(part))
            except RemoteProtocolError:
                return None
        return (body, reader.rest) if reader.done else (body, b"")

    assert read(iter([data[1:]])) == read(pieces(data))


def requests(data: bytes) -> None:
    """What is taken is one head with one framing, and every part of it is what it says."""
    try:
        end = head_end(data, *_SIZES)
        if end < 0:
            return
        head = parse_request(data[:end])
    except BadHead:
        return
    assert is_token(head.method)
    assert is_target(head.target)
    _check_headers(head.headers)
    lengths = [value for name, value in head.headers if name.lower() == b"content-length"]
    codings = [value for name, value in head.headers if name.lower() == b"transfer-encoding"]
    assert len(lengths) + len(codings) <= 1
    assert (head.framing == "streamed") == bool(codings)
    assert head.size == (int(lengths[0]) if lengths else -1)


def responses(data: bytes) -> None:
    """The same for answers, with the method of the request in the first byte."""
    method = (b"GET", b"HEAD", b"CONNECT", b"OPTIONS")[data[0] % 4] if data else b"GET"
    try:
        end = head_end(data[1:], *_SIZES)
        if end < 0:
            return
        head = parse_response(data[1 : 1 + end], method)
    except BadHead:
        return
    assert 100 <= head.status <= 999
    assert b"\r" not in head.reason
    assert b"\n" not in head.reason
    _check_headers(head.headers)
    if head.status != 101 and (method == b"HEAD" or head.status in (204, 304)):
        assert head.framing == "none"


def _check_headers(headers: list[tuple[bytes, bytes]]) -> None:
    for name, value in headers:
        assert is_token(name), name
        assert not {b"\r", b"\n", b"\0"} & {value[at : at + 1] for at in range(len(value))}, value


def socks(data: bytes) -> None:
    """The same events however the bytes are cut; nothing is asked before it was allowed."""

    def read(parts: Iterator[bytes]) -> list[object]:
        handshake, seen = Socks5Handshake(), list[object]()
        try:
            for part in parts:
                handshake.feed(part)
                while (event := handshake.next_event()) is not None:
                    seen.append(event)
                    if isinstance(event, ConnectAsked):
                        assert event.host
                        assert 0 < event.port < 65_536
                    if isinstance(event, TokenOffered):
                        assert event.token.isascii()
                    if len(seen) < 3:
                        handshake.accept()
        except RemoteProtocolError:
            seen.append(None)
        return seen

    assert read(iter([data[1:]])) == read(pieces(data))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "mux": mux,
    "messages": messages,
    "chunked": chunked,
    "requests": requests,
    "responses": responses,
    "socks": socks,
}

_FRAMES = b"".join(
    bytes.fromhex(frame)
    for frame in ("000000010000000100000003616263", "000100010000000300040000", "000200010000000000000007")
)
SEEDS: dict[str, tuple[bytes, ...]] = {
    "mux": (b"\x00" + _FRAMES[:15], b"\x05" + _FRAMES),
    "messages": (
        b"\x00\x00\x00\x00\x0d" + b'{"t":"drain"}',
        b"\x03\x00\x00\x00\x1d" + b'{"t":"departed","conn":"a-1"}',
    ),
    "chunked": (b"\x00" + b"5;x=y\r\nhello\r\n0\r\nA: b\r\n\r\nGET", b"\x02" + b"1\r\na\r\n0\r\n\r\n"),
    "requests": (
        b"POST http://erp.virtual:80/a%2Fb?c=d HTTP/1.1\r\nHost: erp\r\nContent-Length: 3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ),
    "responses": (
        b"\x00HTTP/1.1 200 OK\r\nContent-Length: 3\r\nSet-Cookie: a=b\r\n\r\nabc",
        b"\x01HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"\x00HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ),
    "socks": (
        b"\x00\x05\x01\x80\x01\x00\x00\x00\x03abc\x04YWJj\x05\x01\x00\x03\x02db\x15\x38rest",
        b"\x03\x05\x02\x00\x80\x01\x00\x00\x00\x01a\x00\x05\x01\x00\x01\x0a\x00\x00\x01\x00\x50",
    ),
}
