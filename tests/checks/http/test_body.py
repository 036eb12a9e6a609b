"""Bodies of answers: where they end, and never more of them than the limit."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.checks.http.body import LIMIT, Body, body_of, decoded
from landbridge.checks.http.head import Head


def head(*headers: tuple[str, str], status: int = 200) -> Head:
    return Head("HTTP/1.1", status, "", headers)


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("HEAD", head(("Content-Length", "9"))),
        ("GET", head(status=204)),
        ("GET", head(status=101)),
        ("GET", head(("Content-Length", "9"), status=304)),
        ("GET", head(("content-length", "0"))),
    ],
)
def test_some_answers_have_no_body(method: str, answer: Head) -> None:
    assert body_of(method, answer).done


def test_a_length_is_counted() -> None:
    body = body_of("GET", head(("Content-Length", "4")))
    body.feed(b"abc")
    assert not body.done
    body.feed(b"defg")
    assert (bytes(body.content), body.done) == (b"abcd", True)


@pytest.mark.parametrize("length", ["-1", "four", "9" * 30, "²"])
def test_a_length_that_is_none_means_up_to_the_end(length: str) -> None:
    body = body_of("GET", head(("Content-Length", length)))
    body.feed(b"abc")
    assert not body.done
    body.end()
    assert (bytes(body.content), body.done) == (b"abc", True)


def test_a_body_that_stops_before_its_length_is_not_whole() -> None:
    body = body_of("GET", head(("Content-Length", "10")))
    body.feed(b"abc")
    body.end()
    assert not body.done


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=5), st.integers(1, 7))
def test_chunks_are_joined_however_they_arrive(parts: list[bytes], step: int) -> None:
    wire = b"".join(b"%x;name=value\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\nTrailer: x\r\n\r\n"
    body = body_of("GET", head(("Transfer-Encoding", "chunked")))
    for at in range(0, len(wire), step):
        body.feed(wire[at : at + step])
    assert (bytes(body.content), body.done, body.bad) == (b"".join(parts), True, False)


@pytest.mark.parametrize("wire", [b"xyz\r\n", b"-5\r\nhello\r\n", b"x" * 2000])
def test_chunks_that_are_none_end_the_reading(wire: bytes) -> None:
    body = Body(0, chunked=True)
    body.feed(wire)
    assert body.bad
    assert body.over


@pytest.mark.parametrize("body", [Body(-1), Body(10**9), Body(0, chunked=True)], ids=["endless", "long", "chunked"])
def test_no_more_than_the_limit_is_kept(body: Body) -> None:
    for _ in range(100):
        if body.over:
            break
        body.feed(b"10000\r\n" + b"x" * 65_536 + b"\r\n" if body.chunked else b"x" * 65_536)
    assert body.full
    assert len(body.content) == LIMIT


@pytest.mark.parametrize(
    ("encoding", "compressed"),
    [
        ("gzip", gzip.compress(b"content", mtime=0)),
        ("x-gzip", gzip.compress(b"content", mtime=0)),
        ("deflate", zlib.compress(b"content")),
        ("deflate", zlib.compress(b"content", wbits=-15)),
        ("identity", b"content"),
        ("", b"content"),
    ],
)
def test_an_encoding_is_undone(encoding: str, compressed: bytes) -> None:
    assert decoded(compressed, encoding) == b"content"


def test_a_bomb_gives_no_more_than_the_limit() -> None:
    assert len(decoded(gzip.compress(b"\0" * 20_000_000, mtime=0), "gzip")) == LIMIT


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "br"]))
def test_what_cannot_be_undone_stays(content: bytes, encoding: str) -> None:
    assert isinstance(decoded(content, encoding), bytes)
