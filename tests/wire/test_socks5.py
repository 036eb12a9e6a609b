"""The handshake of the SOCKS5 door, whole and byte by byte (RFC 1928; connectivity-proxy §7)."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from landbridge.wire.errors import LocalProtocolError, RemoteProtocolError
from landbridge.wire.socks5 import (
    TOKEN_LIMIT,
    ConnectAsked,
    Event,
    Greeted,
    RequestRefused,
    Socks5Handshake,
    TokenOffered,
    reply,
)

GREETING = b"\x05\x02\x00\x80"


def offer(token: bytes, location: bytes = b"") -> bytes:
    return b"\x01" + len(token).to_bytes(4, "big") + token + bytes((len(location),)) + location


def connect(address: bytes, port: int = 1433, *, command: int = 1, kind: int = 3) -> bytes:
    return bytes((5, command, 0, kind)) + address + port.to_bytes(2, "big")


def named(host: bytes) -> bytes:
    return bytes((len(host),)) + host


def shake(data: bytes, step: int = 0) -> tuple[list[Event], bytes]:
    """What the client asked for when each answer is yes, and what follows the handshake."""
    handshake, events = Socks5Handshake(), []
    for begin in range(0, len(data), step or len(data) or 1):
        handshake.feed(data[begin : begin + (step or len(data))])
        while (event := handshake.next_event()) is not None:
            events.append(event)
            if isinstance(event, Greeted | TokenOffered):
                handshake.accept()
    return events, handshake.rest()


@pytest.mark.parametrize("step", [0, 1])
def test_a_client_may_say_all_at_once(step: int) -> None:
    location = b64encode("plänt".encode())
    data = GREETING + offer(b"header.body.sig", location) + connect(named(b"db.virtual"))
    assert shake(data + b"raw", step) == (
        [Greeted(b"\x00\x80"), TokenOffered("header.body.sig", "plänt"), ConnectAsked("db.virtual", 1433)],
        b"raw",
    )


def test_nothing_goes_on_before_it_is_accepted() -> None:
    handshake = Socks5Handshake()
    with pytest.raises(LocalProtocolError):
        handshake.accept()
    handshake.feed(GREETING + offer(b"t"))
    assert handshake.next_event() == Greeted(b"\x00\x80")
    assert handshake.next_event() is None
    handshake.accept()
    assert handshake.next_event() == TokenOffered("t", "")


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize(
    ("request_", "event"),
    [
        (connect(bytes((10, 0, 0, 1)), kind=1), ConnectAsked("10.0.0.1", 1433)),
        (connect(named(b"a" * 255)), ConnectAsked("a" * 255, 1433)),
        (connect(named(b"db"), command=2), RequestRefused(7, "command 2")),
        (connect(bytes(16), kind=4), RequestRefused(8, "an IPv6 address")),
        (connect(named(b"db"), kind=9), RequestRefused(8, "address type 9")),
        (connect(named(b"db"), 0), RequestRefused(1, "a host name or port that cannot be")),
        (connect(bytes((10, 0, 0, 1)), 0, kind=1), RequestRefused(1, "a host name or port that cannot be")),
        (connect(named(b"")), RequestRefused(1, "a host name or port that cannot be")),
        (connect(named(b"d\xc3\xa4")), RequestRefused(1, "a host name or port that cannot be")),
        (connect(named(b"d\r\n")), RequestRefused(1, "a host name or port that cannot be")),
    ],
)
def test_requests(request_: bytes, event: Event, step: int) -> None:
    assert shake(GREETING + offer(b"t") + request_, step)[0][2:] == [event]


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"GET / HTTP/1.1\r\n", id="HTTP"),
        pytest.param(b"\x04\x01", id="SOCKS4"),
        pytest.param(GREETING + b"\x02", id="another version of the token method"),
        pytest.param(GREETING + b"\x01" + (TOKEN_LIMIT + 1).to_bytes(4, "big"), id="token without end"),
        pytest.param(GREETING + offer(b"t\xff"), id="token that is not ASCII"),
        pytest.param(GREETING + offer(b"t", b"?"), id="location that is not base64"),
        pytest.param(GREETING + offer(b"t", b64encode(b"\xff")), id="location that is not UTF-8"),
        pytest.param(GREETING + offer(b"t") + b"\x04", id="another version of the request"),
    ],
)
def test_what_is_another_protocol_is_refused(data: bytes, step: int) -> None:
    with pytest.raises(RemoteProtocolError):
        shake(data, step)


def test_a_reply_has_ten_bytes() -> None:
    assert reply(4).hex() == "05040001000000000000"


VALID = GREETING + offer(b"token", b64encode(b"loc")) + connect(named(b"db.virtual")) + b"raw"


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    at = draw(st.integers(0, len(VALID)))
    return VALID[:at] + draw(st.binary(max_size=3)) + VALID[at + draw(st.integers(0, 3)) :]


def outcome(data: bytes, step: int) -> object:
    try:
        return shake(data, step)
    except RemoteProtocolError:
        return "refused"


@given(st.binary(max_size=40) | damaged(), st.integers(1, 9))
@example(VALID, 1)
@settings(max_examples=150)
def test_any_bytes_are_read_or_refused_the_same_however_they_are_cut(data: bytes, step: int) -> None:
    assert outcome(data, 0) == outcome(data, 1) == outcome(data, step)
