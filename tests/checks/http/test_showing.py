"""From bytes to a fact: whatever was sent, it can be stored, and holds no secret."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.checks.http.body import body_of
from landbridge.checks.http.head import NoHead, head_of
from landbridge.checks.http.received import Received
from landbridge.checks.http.request import Request
from landbridge.checks.http.showing import cookie, excerpt, fact, page_of, token_of
from landbridge.checks.http.url import Url
from landbridge.checks.observations.http import Cookie, HttpAnswer, Phases
from landbridge.model.secret import Secret

ASKED = Request("answer", "GET", Url("http", "x.test", 80), (("Authorization", Secret("Bearer open-sesame")),))


def shown(answer: bytes) -> HttpAnswer:
    found = head_of(answer)
    assert found is not None
    head, rest = found
    received = Received("", head, body_of("GET", head))
    received.body.feed(rest)
    received.body.end()
    return fact(ASKED, "127.0.0.1", received, Phases())


def test_headers_that_may_hold_secrets_are_named_only() -> None:
    got = shown(
        b"HTTP/1.1 200 OK\r\nServer: one\r\nX-Api-Key: abc\r\nSet-Cookie: s=abc; Secure; Domain=x.test; Max-Age=-1\r\n"
        b"X-CSRF-Token: abc\r\nLocation: /a?code=abc\r\nWWW-Authenticate: NTLM " + b"QUJD" * 20 + b"\r\n\r\n"
    )
    assert "abc" not in str(got.headers)
    assert "QUJD" not in str(got.headers)
    assert got.header("server") == "one"
    assert got.token
    assert got.cookies == (Cookie(name="s", domain="x.test", secure=True, max_age=-1),)


@pytest.mark.parametrize(
    "content",
    [
        b'{"access_token": "abc", "n": 1}',
        b"<input type=hidden name=x value='abc'>",
        b"said Bearer open-sesame",
        b"open-sesame",
        b"-----BEGIN PRIVATE KEY-----abc",
    ],
)
def test_a_body_is_quoted_without_secrets(content: bytes) -> None:
    quote = excerpt(content, ASKED)
    assert "•••" in quote
    assert "abc" not in quote
    assert "sesame" not in quote


@pytest.mark.parametrize(
    ("kind", "content", "page"),
    [
        ("text/html", b"<FORM><INPUT name=x TYPE='password'>", "password"),
        ("text/html; charset=utf-8", b'<form><input type="hidden" name="SAMLRequest" value="x">', "saml"),
        ("text/html", b"<form><input name=q>", "form"),
        ("text/html", b"type=password", ""),
        ("application/json", b"<input type=password>", ""),
    ],
)
def test_what_a_page_is_there_for(kind: str, content: bytes, page: str) -> None:
    found = head_of(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode())
    assert found is not None
    assert page_of(found[0], content) == page


@pytest.mark.parametrize(("value", "token"), [("abc", "abc"), ("Required", ""), ("fetch", ""), ("", "")])
def test_a_token_is_told_from_the_demand_for_one(value: str, token: str) -> None:
    found = head_of(f"HTTP/1.1 200 OK\r\nX-CSRF-Token: {value}\r\n\r\n".encode())
    assert found is not None
    assert token_of(found[0]) == token


@given(st.text(max_size=100))
def test_any_cookie_is_survived(text: str) -> None:
    assert isinstance(cookie(text), Cookie)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_answer_becomes_a_fact_that_can_be_stored(head: bytes, body: bytes) -> None:
    try:
        got = shown(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + head.replace(b"\n", b"") + b"\r\n\r\n" + body)
    except NoHead:
        return
    assert msgspec.json.decode(msgspec.json.encode(got), type=HttpAnswer) == got
    assert got.line
