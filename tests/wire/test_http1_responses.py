"""Heads of backends' answers, and what they say about the body (RFC 9112 §6.3)."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from landbridge.wire.http1 import BadHead, HeadTooLarge, LineTooLong, ResponseHead, head_end, parse_response

LIMIT = 8192


def answer(*lines: bytes, first: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return b"\r\n".join((first, *lines, b"", b""))


def arrive(data: bytes, step: int) -> ResponseHead | None:
    for end in range(step, len(data) + step, step):
        if (size := head_end(data[:end], LIMIT, LIMIT)) >= 0:
            return parse_response(data[:size], b"GET", LIMIT, LIMIT)
    return None


@pytest.mark.parametrize(
    ("method", "status", "lines", "framing", "size", "has_framing"),
    [
        pytest.param(b"GET", 200, [b"Content-Length: 5"], "sized", 5, True, id="length"),
        pytest.param(b"GET", 200, [b"Content-Length: 0"], "none", 0, True, id="length 0"),
        pytest.param(b"GET", 200, [b"Transfer-Encoding: chunked"], "streamed", -1, True, id="chunked"),
        pytest.param(b"GET", 200, [], "streamed", -1, False, id="ended by the connection"),
        pytest.param(b"HEAD", 200, [b"Content-Length: 5"], "none", 5, True, id="HEAD with length"),
        pytest.param(b"HEAD", 200, [b"Transfer-Encoding: chunked"], "none", -1, True, id="HEAD with coding"),
        pytest.param(b"HEAD", 200, [], "none", -1, True, id="HEAD without either"),
        pytest.param(b"GET", 204, [], "none", -1, True, id="204"),
        pytest.param(b"GET", 204, [b"Content-Length: 5"], "none", -1, True, id="204 with length"),
        pytest.param(b"GET", 204, [b"Transfer-Encoding: chunked"], "none", -1, True, id="204 with coding"),
        pytest.param(b"GET", 304, [b"Content-Length: 5"], "none", 5, True, id="304 with length"),
        pytest.param(b"GET", 304, [], "none", -1, True, id="304"),
        pytest.param(b"GET", 100, [], "none", -1, True, id="100"),
        pytest.param(b"GET", 103, [b"Content-Length: 5"], "none", -1, True, id="103 with length"),
        pytest.param(b"GET", 101, [b"Upgrade: websocket", b"Connection: Upgrade"], "raw", -1, False, id="101"),
        pytest.param(b"GET", 205, [b"Content-Length: 0"], "none", 0, True, id="205"),
        pytest.param(b"GET", 404, [b"Content-Length: 9"], "sized", 9, True, id="404"),
        pytest.param(b"GET", 999, [b"Content-Length: 9"], "sized", 9, True, id="999"),
        pytest.param(
            b"GET",
            200,
            [b"Upgrade: h2c", b"Connection: Upgrade", b"Content-Length: 4"],
            "sized",
            4,
            True,
            id="Upgrade offered",
        ),
    ],
)
def test_the_body(method: bytes, status: int, lines: list[bytes], framing: str, size: int, has_framing: bool) -> None:
    head = parse_response(answer(*lines, first=b"HTTP/1.1 %d Reason" % status), method)
    assert (head.status, head.framing, head.size, head.has_framing) == (status, framing, size, has_framing)
    assert len(head.headers) == len(lines)


def test_the_answer_to_head_leaves_the_next_answer_alone() -> None:
    """llhttp would take the next answer for the body of this one (traps 7); each head has its own parser."""
    stream = answer(b"Content-Length: 5") + answer(b"Content-Length: 3") + b"abc"
    end = head_end(stream, LIMIT, LIMIT)
    first = parse_response(stream[:end], b"HEAD")
    rest = stream[end:]
    second = parse_response(rest[: head_end(rest, LIMIT, LIMIT)], b"GET")
    assert (first.framing, second.framing, second.size) == ("none", "sized", 3)


@pytest.mark.parametrize(
    ("line", "reason", "minor"),
    [
        (b"HTTP/1.1 200 OK", b"OK", 1),
        (b"HTTP/1.0 200 OK", b"OK", 0),
        (b"HTTP/1.1 200 ", b"", 1),
        (b"HTTP/1.1 200", b"", 1),
        (b"HTTP/1.1 200 Tr\xe8s bien: o\tk", b"Tr\xe8s bien: o\tk", 1),
    ],
)
def test_status_lines_that_pass(line: bytes, reason: bytes, minor: int) -> None:
    head = parse_response(answer(b"A: b", first=line), b"GET")
    assert (head.reason, head.minor_version, head.headers) == (reason, minor, [(b"A", b"b")])


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"HTTP/1.1",
        b"HTTP/1.1 ",
        b"HTTP/1.1 20 OK",
        b"HTTP/1.1 2000 OK",
        b"HTTP/1.1 099 OK",
        b"HTTP/1.1 +20 OK",
        b"HTTP/1.1 200OK",
        b"HTTP/1.1  200 OK",
        b"HTTP/1.1\t200 OK",
        b"HTTP/1.1 200\tOK",
        b"HTTP/1.1 200 \x01",
        b"HTTP/1.1 200 a\rb",
        b"HTTP/1.1 200 a\nb",
        b"HTTP/1.1 200 a\0b",
        b"HTTP/1.2 200 OK",
        b"HTTP/2.0 200 OK",
        b"HTTP/2 200",
        b"http/1.1 200 OK",
        b"ICY 200 OK",
        b" HTTP/1.1 200 OK",
        b"<html>",
    ],
)
def test_status_lines_that_are_refused(line: bytes) -> None:
    with pytest.raises(BadHead):
        parse_response(answer(first=line), b"GET")


@pytest.mark.parametrize(
    "lines",
    [
        [b"Content-Length: 5", b"Content-Length: 5"],
        [b"Content-Length: 5", b"Content-Length: 6"],
        [b"Content-Length: +5"],
        [b"Content-Length: 5, 5"],
        [b"Content-Length:"],
        [b"Content-Length: 5", b"Transfer-Encoding: chunked"],
        [b"Transfer-Encoding: chunked", b"Content-Length: 5"],
        [b"Transfer-Encoding: gzip, chunked"],
        [b"Transfer-Encoding: gzip"],
        [b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"],
        [b"Content-Length : 5"],
        [b"A: b", b" folded"],
        [b"A: b\rC: d"],
        [b"A: b\nC: d"],
        [b"A: \0"],
        [b"A b: c"],
        [b": c"],
        [b"A"],
    ],
)
@pytest.mark.parametrize("step", [1, 10_000])
def test_header_lines_that_are_refused(lines: list[bytes], step: int) -> None:
    with pytest.raises(BadHead):
        arrive(answer(*lines), step)


def test_chunked_needs_http_1_1() -> None:
    with pytest.raises(BadHead):
        parse_response(answer(b"Transfer-Encoding: chunked", first=b"HTTP/1.0 200 OK"), b"GET")


def test_switching_protocols_needs_an_upgrade() -> None:
    with pytest.raises(BadHead):
        parse_response(answer(first=b"HTTP/1.1 101 Switching"), b"GET")


@pytest.mark.parametrize("step", [1, 10_000])
def test_limits(step: int) -> None:
    assert arrive(answer(b"A: " + b"x" * (LIMIT - 5)), step) is not None
    with pytest.raises(HeadTooLarge):
        arrive(answer(b"A: " + b"x" * (LIMIT - 4)), step)
    with pytest.raises(LineTooLong):
        arrive(answer(b"A: " + b"x" * (LIMIT - 2)), step)


VALID = answer(b"A: b", b"Content-Length: 3", b"Connection: close") + b"abc"
odd = st.sampled_from([b"\r", b"\n", b"\r\n", b"\0", b" ", b"\t", b":", b"\r\n ", b"\x80", b","])


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = VALID
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(odd | st.binary(max_size=3)) + data[at + draw(st.integers(0, 3)) :]
    return data


def verdict(data: bytes, step: int) -> ResponseHead | str | None:
    try:
        return arrive(data, step)
    except BadHead:
        return "refused"


@given(st.binary(max_size=60) | damaged(), st.integers(1, 30))
@example(VALID, 1)
@settings(max_examples=400)
def test_any_bytes_are_read_or_refused_the_same_however_they_are_cut(data: bytes, step: int) -> None:
    whole = verdict(data, max(len(data), 1))
    assert whole == verdict(data, 1) == verdict(data, step)
    if isinstance(whole, ResponseHead):
        head = data[: data.find(b"\r\n\r\n")]
        assert b"\0" not in head
        assert head.count(b"\r") == head.count(b"\n") == head.count(b"\r\n") == len(whole.headers)


@given(st.binary(max_size=80) | damaged(), st.sampled_from([b"GET", b"HEAD", b"CONNECT", b""]))
@settings(max_examples=100)
def test_a_whole_head_is_parsed_or_refused_whatever_it_holds(data: bytes, method: bytes) -> None:
    for head in (data, data + b"\r\n\r\n", VALID.replace(b"A: b", data)):
        with contextlib.suppress(BadHead):
            assert parse_response(head, method).headers is not None
