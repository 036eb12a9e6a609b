from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from landbridge.wire.chunked import LAST_CHUNK, ChunkedReader, chunk
from landbridge.wire.errors import RemoteProtocolError


def read(data: bytes, step: int = 0) -> tuple[bytes, bool, bytes]:
    """(body, whether it is complete, what follows)."""
    reader, body = ChunkedReader(), b""
    for begin in range(0, len(data), step or len(data) or 1):
        body += b"".join(reader.feed(data[begin : begin + (step or len(data))]))
    return body, reader.done, reader.rest


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize(
    ("data", "body"),
    [
        pytest.param(b"0\r\n\r\n", b"", id="empty"),
        pytest.param(b"3\r\nabc\r\n0\r\n\r\n", b"abc", id="one chunk"),
        pytest.param(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde", id="two chunks"),
        pytest.param(b"A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", b"0123456789" * 2, id="hexadecimal"),
        pytest.param(b"00003\r\nabc\r\n000\r\n\r\n", b"abc", id="leading zeros"),
        pytest.param(b'3;name=value;q="a b"\r\nabc\r\n0;last\r\n\r\n', b"abc", id="extensions are dropped"),
        pytest.param(b"3 ;x\r\nabc\r\n0\r\n\r\n", b"abc", id="blanks before an extension"),
        pytest.param(b"0\r\nTrailer: x\r\nAuthorization: late\r\n\r\n", b"", id="trailers are dropped"),
        pytest.param(b"2\r\n\r\n\r\n0\r\n\r\n", b"\r\n", id="data that looks like a line"),
    ],
)
def test_the_coding_is_taken_away(data: bytes, body: bytes, step: int) -> None:
    assert read(data + b"GET / HTTP/1.1\r\n", step) == (body, True, b"GET / HTTP/1.1\r\n")


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\r\n", id="no size"),
        pytest.param(b"-1\r\n", id="negative"),
        pytest.param(b"+1\r\n", id="signed"),
        pytest.param(b"0x1\r\n", id="prefix"),
        pytest.param(b"1_0\r\n", id="underscore"),
        pytest.param(b" 1\r\n", id="blank before"),
        pytest.param(b"1 \r\n", id="blank behind"),
        pytest.param(b"1\n", id="bare LF"),
        pytest.param(b"1;a\n", id="bare LF behind an extension"),
        pytest.param(b"1\rX\r\n", id="bare CR"),
        pytest.param(b"1;a\rb\r\n", id="bare CR in an extension"),
        pytest.param(b"1;\0\r\n", id="NUL"),
        pytest.param(b"1" * 16 + b"\r\n", id="size beyond reason"),
        pytest.param(b"1;" + b"x" * 5000, id="line without end"),
        pytest.param(b"3\r\nabcd\r\n", id="data longer than its size"),
        pytest.param(b"3\r\nabc\n", id="data ended by LF"),
        pytest.param(b"3\r\nabc\rX", id="data ended by CR"),
        pytest.param(b"0\r\nno colon\r\n", id="trailer without colon"),
        pytest.param(b"0\r\nA : b\r\n", id="blank before the colon"),
        pytest.param(b"0\r\nA: b\r\n folded\r\n", id="folded trailer"),
        pytest.param(b"0\r\nA: b\n", id="trailer ended by LF"),
        pytest.param(b"0\r\nA: \0\r\n", id="NUL in a trailer"),
        pytest.param(b"0\r\n\n", id="empty line of LF"),
        pytest.param(b"0\r\n" + b"A: b\r\n" * 3000, id="trailers without end"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(data: bytes, step: int) -> None:
    with pytest.raises(RemoteProtocolError):
        read(data, step)


def test_a_line_may_be_4096_bytes() -> None:
    line = b"1;" + b"x" * 4092 + b"\r\n"
    assert read(line + b"a\r\n0\r\n\r\n")[0] == b"a"
    with pytest.raises(RemoteProtocolError):
        read(b"1;x" + line[2:])


def test_many_small_chunks_become_one_piece_and_large_ones_stay_as_they_are() -> None:
    small = ChunkedReader().feed(b"1\r\nx\r\n" * 1000)
    assert [bytes(piece) for piece in small] == [b"x" * 1000]
    data = chunk(b"a" * 5000) + chunk(b"b" * 5000)
    large = ChunkedReader().feed(data)
    assert [len(piece) for piece in large] == [5000, 5000]
    assert all(piece.obj is data for piece in large)


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8), st.binary(max_size=20), st.integers(1, 30))
@settings(max_examples=60)
def test_what_is_written_is_read(pieces: list[bytes], rest: bytes, step: int) -> None:
    data = b"".join(map(chunk, pieces)) + LAST_CHUNK + rest
    assert read(data, step) == (b"".join(pieces), True, rest)


def outcome(data: bytes, step: int) -> tuple[bytes, bool, bytes] | None:
    try:
        return read(data, step)
    except RemoteProtocolError:
        return None


VALID = b'5;a="b"\r\nhello\r\n1f\r\n' + b"y" * 31 + b"\r\n0\r\nA: b\r\n\r\nGET"


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    at = draw(st.integers(0, len(VALID)))
    cut = draw(st.integers(0, 3))
    return VALID[:at] + draw(st.binary(max_size=4) | st.sampled_from([b"\r", b"\n", b"\r\n", b"0"])) + VALID[at + cut :]


@given(st.binary(max_size=60) | damaged(), st.integers(1, 20))
@example(VALID, 1)
@settings(max_examples=200)
def test_any_bytes_are_read_or_refused_the_same_however_they_are_cut(data: bytes, step: int) -> None:
    assert outcome(data, 0) == outcome(data, 1) == outcome(data, step)
