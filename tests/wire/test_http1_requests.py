"""Request heads: what has one meaning passes as it was sent, the rest is refused (RFC 9112; traps 6, 7)."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from landbridge.wire.http1 import (
    BadHead,
    HeadTooLarge,
    LineTooLong,
    RequestHead,
    head_end,
    is_header_block,
    is_target,
    is_token,
    parse_request,
    parse_request_line,
)

LINE, HEAD = 8192, 65_536
HOST = b"Host: erp.corp:8080\r\n"


def get(*lines: bytes, first: bytes = b"GET / HTTP/1.1") -> bytes:
    return b"\r\n".join((first, b"Host: erp.corp:8080", *lines, b"", b""))


def arrive(data: bytes, step: int) -> RequestHead | None:
    """What a door makes of bytes that come in pieces: a head, a refusal, or None while it waits for more."""
    for end in range(step, len(data) + step, step):
        buffer = data[:end]
        if (size := head_end(buffer, LINE, HEAD)) >= 0:
            return parse_request(buffer[:size], LINE, HEAD)
    return None


# ---------------------------------------------------------------------- heads that pass


@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_a_head_is_handed_on_as_it_was_sent(step: int) -> None:
    head = get(b"x-CASE: One", b"X-Case:two", b"Empty:", b"Latin: \xe9", b"Blanks:  a  b", b"Tab: a\tb")
    found = arrive(head + b"body", step)
    assert found == RequestHead(
        b"GET",
        b"/",
        1,
        [
            (b"Host", b"erp.corp:8080"),
            (b"x-CASE", b"One"),
            (b"X-Case", b"two"),
            (b"Empty", b""),
            (b"Latin", b"\xe9"),
            (b"Blanks", b"a  b"),
            (b"Tab", b"a\tb"),
        ],
        "none",
        -1,
    )


@pytest.mark.parametrize(
    ("line", "method", "target", "minor"),
    [
        (b"GET / HTTP/1.1", b"GET", b"/", 1),
        (b"GET / HTTP/1.0", b"GET", b"/", 0),
        (b"GET http://erp.corp:8080/a?b=c HTTP/1.1", b"GET", b"http://erp.corp:8080/a?b=c", 1),
        (b"GET /Orders('a%2Fb')?$filter=x%20eq%201 HTTP/1.1", b"GET", b"/Orders('a%2Fb')?$filter=x%20eq%201", 1),
        (b"GET //a/../b HTTP/1.1", b"GET", b"//a/../b", 1),
        (b"OPTIONS * HTTP/1.1", b"OPTIONS", b"*", 1),
        (b"MERGE /x HTTP/1.1", b"MERGE", b"/x", 1),
        (b"PATCH /x HTTP/1.1", b"PATCH", b"/x", 1),
        (b"PROPFIND /x HTTP/1.1", b"PROPFIND", b"/x", 1),
        (b"BREW /x HTTP/1.1", b"BREW", b"/x", 1),
        (b"X-RUN_2 /x HTTP/1.0", b"X-RUN_2", b"/x", 0),
        (b"SETUP /x HTTP/1.1", b"SETUP", b"/x", 1),
        (b"CONNECT erp.corp:443 HTTP/1.1", b"CONNECT", b"erp.corp:443", 1),
    ],
)
def test_request_lines_that_pass(line: bytes, method: bytes, target: bytes, minor: int) -> None:
    head = parse_request(get(first=line))
    assert (head.method, head.target, head.minor_version) == (method, target, minor)
    assert parse_request_line(line + b"\r\n") == (method, target, minor)


@pytest.mark.parametrize(
    ("lines", "framing", "size"),
    [
        ([], "none", -1),
        ([b"Content-Length: 0"], "none", 0),
        ([b"Content-Length: 5"], "sized", 5),
        ([b"content-LENGTH:5"], "sized", 5),
        ([b"Content-Length: 005"], "sized", 5),
        ([b"Content-Length: 999999999999999999"], "sized", 10**18 - 1),
        ([b"Transfer-Encoding: chunked"], "streamed", -1),
        ([b"TRANSFER-ENCODING: Chunked"], "streamed", -1),
        ([b"Transfer_Encoding: chunked"], "none", -1),
        ([b"X: y", b"Content-Length: 7", b"Expect: 100-continue"], "sized", 7),
        ([b"Upgrade: websocket", b"Connection: Upgrade"], "none", -1),
        ([b"Upgrade: h2c", b"Connection: Upgrade, HTTP2-Settings", b"Content-Length: 3"], "sized", 3),
    ],
)
def test_framing(lines: list[bytes], framing: str, size: int) -> None:
    head = parse_request(get(*lines, first=b"POST / HTTP/1.1"))
    assert (head.framing, head.size) == (framing, size)
    assert len(head.headers) == len(lines) + 1


def test_hosts_are_left_to_admission_which_refuses_none_and_two() -> None:
    assert parse_request(b"GET / HTTP/1.1\r\n\r\n").headers == []
    assert parse_request(get(b"Host: other")).headers == [(b"Host", b"erp.corp:8080"), (b"Host", b"other")]


# ---------------------------------------------------------------------- heads that do not


BAD_FIRST_LINES = [
    pytest.param(b"GET  / HTTP/1.1", id="two blanks"),
    pytest.param(b"GET /  HTTP/1.1", id="two blanks behind the target"),
    pytest.param(b"GET\t/ HTTP/1.1", id="tab"),
    pytest.param(b"GET / HTTP/1.1 ", id="blank at the end"),
    pytest.param(b" GET / HTTP/1.1", id="blank at the beginning"),
    pytest.param(b"GET / a HTTP/1.1", id="blank in the target"),
    pytest.param(b"GET /\x7f HTTP/1.1", id="control character in the target"),
    pytest.param(b"GET /\xc3\xa4 HTTP/1.1", id="target that is not ASCII"),
    pytest.param(b"GET HTTP/1.1", id="no target"),
    pytest.param(b"GET /", id="HTTP/0.9"),
    pytest.param(b"GET / HTTP/1.2", id="HTTP/1.2"),
    pytest.param(b"GET / HTTP/2.0", id="HTTP/2"),
    pytest.param(b"GET / http/1.1", id="lower case version"),
    pytest.param(b"GET / HTTP/01.1", id="long version"),
    pytest.param(b"GET / ICE/1.1", id="another protocol"),
    pytest.param(b"get / HTTP/1.1", id="lower case method"),
    pytest.param(b"Brew / HTTP/1.1", id="mixed case method"),
    pytest.param(b"BREW  / HTTP/1.1", id="two blanks behind an unknown method"),
    pytest.param(b"BREW / HTTP/1.2", id="HTTP/1.2 with an unknown method"),
    pytest.param(b"G(T / HTTP/1.1", id="method that is no token"),
    pytest.param(b"GET erp.corp HTTP/1.1", id="target without a slash"),
    pytest.param(b"", id="empty"),
]


@pytest.mark.parametrize("line", BAD_FIRST_LINES)
def test_request_lines_that_are_refused(line: bytes) -> None:
    with pytest.raises(BadHead):
        parse_request(get(first=line))


@pytest.mark.parametrize("step", [1, 100])
def test_the_preface_of_http2_is_refused(step: int) -> None:
    with pytest.raises(BadHead):
        arrive(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", step)


BAD_LINES = [
    pytest.param([b"Content-Length: 5", b"Content-Length: 5"], id="two equal lengths"),
    pytest.param([b"Content-Length: 5", b"Content-Length: 6"], id="two lengths"),
    pytest.param([b"Content-Length: 5", b"content-length: 5"], id="two lengths in two cases"),
    pytest.param([b"Content-Length: 5, 5"], id="list of lengths"),
    pytest.param([b"Content-Length: +5"], id="length with plus"),
    pytest.param([b"Content-Length: -5"], id="negative length"),
    pytest.param([b"Content-Length: 5 5"], id="length with a blank inside"),
    pytest.param([b"Content-Length: 5 "], id="length with a blank behind"),
    pytest.param([b"Content-Length: 5\t"], id="length with a tab behind"),
    pytest.param([b"Content-Length: 0x5"], id="hexadecimal length"),
    pytest.param([b"Content-Length: 5_0"], id="length with underscore"),
    pytest.param([b"Content-Length: \xb2"], id="length of an odd digit"),
    pytest.param([b"Content-Length:"], id="empty length"),
    pytest.param([b"Content-Length: 1000000000000000000"], id="length of 19 digits"),
    pytest.param([b"Content-Length: 18446744073709551621"], id="length beyond 64 bits"),
    pytest.param([b"Content-Length: 5", b"Transfer-Encoding: chunked"], id="length and coding"),
    pytest.param([b"Transfer-Encoding: chunked", b"Content-Length: 5"], id="coding and length"),
    pytest.param([b"Transfer-Encoding: chunked", b"Content-Length: 0"], id="coding and length 0"),
    pytest.param([b"Transfer-Encoding: gzip, chunked"], id="list of codings"),
    pytest.param([b"Transfer-Encoding: chunked, chunked"], id="chunked twice"),
    pytest.param([b"Transfer-Encoding: chunked, identity"], id="chunked and identity"),
    pytest.param([b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"], id="two codings"),
    pytest.param([b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked"], id="two different codings"),
    pytest.param([b"Transfer-Encoding: identity"], id="identity"),
    pytest.param([b"Transfer-Encoding: xchunked"], id="almost chunked"),
    pytest.param([b"Transfer-Encoding: chunked;q=1"], id="chunked with a parameter"),
    pytest.param([b"Transfer-Encoding: chunked "], id="chunked with a blank behind"),
    pytest.param([b'Transfer-Encoding: "chunked"'], id="quoted"),
    pytest.param([b"Transfer-Encoding: \x0bchunked"], id="vertical tab"),
    pytest.param([b"Transfer-Encoding:"], id="empty coding"),
    pytest.param([b"Transfer-Encoding : chunked"], id="blank before the colon"),
    pytest.param([b"Content-Length : 5"], id="blank before the colon of a length"),
    pytest.param([b"A : b"], id="blank before any colon"),
    pytest.param([b"A\t: b"], id="tab before the colon"),
    pytest.param([b"A B: c"], id="blank in a name"),
    pytest.param([b": b"], id="no name"),
    pytest.param([b"A"], id="no colon"),
    pytest.param([b"A(b): c"], id="name that is no token"),
    pytest.param([b"A\xff: c"], id="name that is not ASCII"),
    pytest.param([b"A: b", b" folded"], id="folded with a blank"),
    pytest.param([b"A: b", b"\tfolded"], id="folded with a tab"),
    pytest.param([b"Transfer-Encoding:", b" chunked"], id="folded coding"),
    pytest.param([b"A: b\rC: d"], id="bare CR"),
    pytest.param([b"A: b\r\rC: d"], id="two CR"),
    pytest.param([b"A: b\nC: d"], id="bare LF"),
    pytest.param([b"A: b\n\nGET / HTTP/1.1"], id="empty line of LF"),
    pytest.param([b"A\r: b"], id="CR in a name"),
    pytest.param([b"A\n: b"], id="LF in a name"),
    pytest.param([b"A: b\0c"], id="NUL in a value"),
    pytest.param([b"A\0: b"], id="NUL in a name"),
    pytest.param([b"A: \x01"], id="control character"),
    pytest.param([b"A: \x7f"], id="DEL"),
]


@pytest.mark.parametrize("lines", BAD_LINES)
@pytest.mark.parametrize("step", [1, 100_000])
def test_header_lines_that_are_refused(lines: list[bytes], step: int) -> None:
    with pytest.raises(BadHead):
        arrive(get(*lines, first=b"POST / HTTP/1.1"), step)


def test_the_first_header_line_may_not_be_folded() -> None:
    with pytest.raises(BadHead):
        parse_request(b"GET / HTTP/1.1\r\n Host: a\r\n\r\n")


def test_chunked_needs_http_1_1() -> None:
    with pytest.raises(BadHead):
        parse_request(b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n")


def test_a_head_must_be_complete() -> None:
    with pytest.raises(BadHead):
        parse_request(b"GET / HTTP/1.1\r\nA: b\r\n")


# ---------------------------------------------------------------------- limits


def line_of(size: int) -> bytes:
    return b"Long: " + b"x" * (size - 6)


def first_line_of(size: int) -> bytes:
    return b"GET /" + b"x" * (size - 14) + b" HTTP/1.1"


@pytest.mark.parametrize("step", [1, 5000, 100_000])
def test_lines_of_8192_bytes_pass(step: int) -> None:
    head = arrive(get(line_of(LINE), first=first_line_of(LINE)), step)
    assert head is not None
    assert (len(head.target), len(head.headers[1][1])) == (LINE - 13, LINE - 6)


@pytest.mark.parametrize("step", [1, 5000, 100_000])
def test_a_header_line_of_8193_bytes_is_refused_by_name(step: int) -> None:
    with pytest.raises(LineTooLong) as refusal:
        arrive(get(line_of(LINE + 1)), step)
    assert (refusal.value.header, refusal.value.size) == ("Long", LINE + 1)


@pytest.mark.parametrize("step", [1, 5000, 100_000])
def test_a_request_line_of_8193_bytes_is_refused(step: int) -> None:
    with pytest.raises(LineTooLong) as refusal:
        arrive(get(first=first_line_of(LINE + 1)), step)
    assert (refusal.value.header, refusal.value.size) == ("", LINE + 1)


def test_lines_without_end_are_refused_before_their_end() -> None:
    for endless in (b"G" * (LINE + 1), b"GET / HTTP/1.1\r\n" + b"A: " + b"x" * LINE):
        with pytest.raises(LineTooLong):
            head_end(endless, LINE, HEAD)
    with pytest.raises(HeadTooLarge):
        head_end(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 20_000, LINE, HEAD)


@pytest.mark.parametrize("step", [4001, 100_000])
def test_all_header_lines_together_have_a_limit(step: int) -> None:
    lines = [b"A: " + b"x" * 1019] * 63
    exact = get(*lines, b"B: " + b"y" * (HEAD - 21 - 63 * 1024 - 5), first=first_line_of(LINE))
    assert arrive(exact, step) is not None
    with pytest.raises(HeadTooLarge):
        arrive(exact.replace(b"B: y", b"B: yy"), step)


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param(b"GET / HTTP/1.1\n", id="LF"),
        pytest.param(b"GET / HTTP/1.1\r\nA: b\n", id="LF behind a header"),
        pytest.param(b"GET / HTTP/1.1\rA", id="CR"),
        pytest.param(b"\0", id="NUL"),
        pytest.param(b"\x16\x03\x01\0\xee", id="TLS"),
    ],
)
def test_what_can_be_no_head_is_refused_without_its_end(begin: bytes) -> None:
    with pytest.raises(BadHead):
        head_end(begin, LINE, HEAD)


def test_a_line_that_may_still_become_whole_is_waited_for() -> None:
    for begin in (b"", b"G", b"GET / HTTP/1.1\r", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nA: b\r\n\r"):
        assert head_end(begin, LINE, HEAD) == -1


# ---------------------------------------------------------------------- any bytes at all

VALID = get(b"A: b", b"Content-Length: 3", b"Connection: keep-alive", first=b"POST http://e:1/ HTTP/1.1") + b"abc"
odd = st.sampled_from(
    [b"\r", b"\n", b"\r\n", b"\0", b" ", b"\t", b":", b"\r\n ", b"\x80", b",", b"Content-Length: 4\r\n"]
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = VALID
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(odd | st.binary(max_size=3)) + data[at + draw(st.integers(0, 3)) :]
    return data


def verdict(data: bytes, step: int) -> RequestHead | str | None:
    try:
        return arrive(data, step)
    except BadHead:
        return "refused"


@given(st.binary(max_size=60) | damaged(), st.integers(1, 30))
@example(VALID, 1)
@settings(max_examples=500)
def test_any_bytes_are_read_or_refused_the_same_however_they_are_cut(data: bytes, step: int) -> None:
    whole = verdict(data, max(len(data), 1))
    assert whole == verdict(data, 1) == verdict(data, step)
    if isinstance(whole, RequestHead):
        head = data[: data.find(b"\r\n\r\n")]
        assert b"\0" not in head
        assert head.count(b"\r") == head.count(b"\n") == head.count(b"\r\n") == len(whole.headers)


@given(st.binary(max_size=80) | damaged())
@settings(max_examples=100)
def test_a_whole_head_is_parsed_or_refused_whatever_it_holds(data: bytes) -> None:
    for head in (data, data + b"\r\n\r\n", VALID.replace(b"A: b", data)):
        with contextlib.suppress(BadHead):
            assert parse_request(head).headers is not None


# ---------------------------------------------------------------------- header blocks and words


@pytest.mark.parametrize("block", [b"", b"A: b\r\n", b"A:b\r\nC:\r\n", b"A:   \t\xe9 ~\r\n"])
def test_header_blocks(block: bytes) -> None:
    assert is_header_block(block)


@pytest.mark.parametrize(
    "block",
    [
        b"\r\n",
        b"A: b",
        b"A: b\n",
        b"A: b\r\n\r\n",
        b"A : b\r\n",
        b"A: b\r\n c\r\n",
        b": b\r\n",
        b"A: \0\r\n",
        b"A: \r\r\n",
    ],
)
def test_what_is_no_header_block(block: bytes) -> None:
    assert not is_header_block(block)


def test_a_bad_header_block_is_refused_as_fast_as_a_good_one() -> None:
    """The pattern once tried all 2^1000 ways to read the lines before the bad one."""
    assert not is_header_block(b"A: b\r\n" * 1000 + b"\0")


def test_words() -> None:
    assert is_token(b"M-SEARCH!#$%&'*+.^_`|~0")
    assert is_target(b'/a%2F"\xff')
    for bad in (b"", b"a b", b"a\r\n", b"a\n", b"\0"):
        assert not is_token(bad)
        assert not is_target(bad)
    assert not is_token(b"a:")
    for line in (b"GET / HTTP/1.1", b"GET / HTTP/1.1\n", b"GET / HTTP/1.1\r\n\r\n", b"GET  / HTTP/1.1\r\n"):
        with pytest.raises(BadHead):
            parse_request_line(line)
