"""Heads of answers: read as they come, refused as soon as they cannot become one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.checks.http.head import MOST_BYTES, MOST_LINES, Head, NoHead, head_of

HEAD = b"HTTP/1.1 401 Not you\r\nServer: one\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\nrest"


def test_a_head_is_read_with_what_follows_it() -> None:
    found = head_of(HEAD)
    assert found is not None
    head, rest = found
    assert (head.version, head.status, head.phrase, rest) == ("HTTP/1.1", 401, "Not you", b"rest")
    assert head.all("set-cookie") == ("a=1", "b=2")
    assert head.get("server") == "one"
    assert head.get("via") == ""


@pytest.mark.parametrize("end", range(len(HEAD) - len(b"\r\n\r\nrest") + 3))
def test_a_beginning_is_waited_for(end: int) -> None:
    assert head_of(HEAD[:end]) is None


@pytest.mark.parametrize(
    ("received", "head"),
    [
        (b"HTTP/1.0 200\r\n\r\n", Head("HTTP/1.0", 200, "", ())),
        (b"HTTP/1.1 200 OK\nA: b\n\n", Head("HTTP/1.1", 200, "OK", (("A", "b"),))),
        (b"\r\nHTTP/1.1 204 No Content\r\n\r\n", Head("HTTP/1.1", 204, "No Content", ())),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", Head("HTTP/1.1", 200, "OK", (("no colon", ""),))),
        (b"HTTP/1.1 200 OK\r\nA: \x1b[2Jb\x00\r\n\r\n", Head("HTTP/1.1", 200, "OK", (("A", "·[2Jb·"),))),
    ],
)
def test_what_servers_really_send_is_seen(received: bytes, head: Head) -> None:
    assert head_of(received) == (head, b"")


@pytest.mark.parametrize(
    ("received", "problem"),
    [
        (b"SSH-2.0-x\r\n", "not-http"),
        (b"\x15\x03\x01\x00\x02", "not-http"),
        (b"HTTP/1.1 abc\r\n\r\n", "not-http"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"x" * MOST_BYTES, "too-large"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * (MOST_LINES + 1), "too-large"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * (MOST_LINES + 1) + b"\r\n", "too-large"),
    ],
)
def test_what_is_no_head_is_said_at_once(received: bytes, problem: str) -> None:
    with pytest.raises(NoHead) as raised:
        head_of(received)
    assert raised.value.problem == problem


def test_a_long_body_behind_a_short_head_is_none_of_its_lines() -> None:
    found = head_of(b"HTTP/1.1 200 OK\r\n\r\n" + b"\n" * 1000)
    assert found is not None
    assert found[0].status == 200


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_a_head_or_none(received: bytes) -> None:
    for start in (b"", b"HTTP/1.1 200 OK\r\n"):
        try:
            found = head_of(start + received)
        except NoHead:
            continue
        assert found is None or 0 <= found[0].status <= 999
