"""Requests: the bytes that are sent, and what of them is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landbridge.checks.http.request import Jar, Request
from landbridge.checks.http.url import Url
from landbridge.checks.manner import Framing
from landbridge.model.secret import Secret

POST = Request("post", "POST", Url("http", "x.test", 81, "/a?id=7"), (("Accept", "*/*"),), body=b"{}")


@pytest.mark.parametrize(
    ("framing", "end"),
    [
        (Framing.LENGTH, b"Content-Length: 2\r\n\r\n{}"),
        (Framing.NONE, b"Accept: */*\r\n\r\n{}"),
        (Framing.CHUNKED, b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        (Framing.BOTH, b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
    ],
)
def test_the_length_is_said_as_the_client_says_it(framing: Framing, end: bytes) -> None:
    wire = replace(POST, framing=framing).wire
    assert wire.startswith(b"POST /a?id=7 HTTP/1.1\r\nHost: x.test:81\r\n")
    assert wire.endswith(end)


def test_an_empty_body_has_a_length_and_none_has_not() -> None:
    assert b"Content-Length: 0\r\n" in replace(POST, body=b"").wire
    assert b"Content-Length" not in replace(POST, body=None).wire


def test_secrets_are_sent_and_not_shown() -> None:
    headers = (
        ("Authorization", Secret("Basic c2VjcmV0")),
        ("Cookie", Secret("a=open; b=sesame")),
        ("X-Api-Key", Secret("sesame")),
        ("X-Plain", "Bearer abcdefghijklmnop"),
    )
    request = replace(POST, headers=headers)
    assert b"Authorization: Basic c2VjcmV0\r\nCookie: a=open; b=sesame\r\nX-Api-Key: sesame\r\n" in request.wire
    assert request.shown[0] == "POST /a?id=••• HTTP/1.1"
    assert request.shown[4:8] == (
        "Authorization: Basic •••",
        "Cookie: a=•••; b=•••",
        "X-Api-Key: •••",
        "X-Plain: Bearer •••",
    )


def test_what_an_answer_may_not_repeat() -> None:
    headers = (
        ("Authorization", Secret("Basic c2hvcDpvcGVuIHNlc2FtZQ==")),
        ("Cookie", Secret("a=first; b=second; c=1")),
    )
    assert set(replace(POST, headers=headers).secrets) == {
        "Basic c2hvcDpvcGVuIHNlc2FtZQ==",
        "c2hvcDpvcGVuIHNlc2FtZQ==",
        "shop:open sesame",
        "open sesame",
        "a=first; b=second; c=1",
        "b=second; c=1",
        "first",
        "second",
    }


def test_whose_secrets_they_are() -> None:
    server_given = (("Cookie", Secret("a=b")), ("X-CSRF-Token", Secret("t")))
    assert not replace(POST, headers=server_given, body=b"").secret
    assert replace(POST, headers=(("Authorization", Secret("Basic x")),), body=None).secret
    assert POST.secret
    assert not replace(POST, open_body=True).secret


def test_a_jar_gives_back_what_it_took() -> None:
    jar = Jar()
    jar.take(("a=1; Path=/", "b=2=3", "no cookie"))
    assert [value.reveal() for _, value in jar.header if isinstance(value, Secret)] == ["a=1; b=2=3"]
    assert jar.only(("b",)).values == {"b": "2=3"}
    assert Jar().header == ()
