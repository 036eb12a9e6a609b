"""An exchange between a client and a tunnel, both of them played by the test."""

from __future__ import annotations

from typing import Any

import pytest

from landbridge.faults import Fault
from landbridge.gateway.admission import Admitted
from landbridge.gateway.answer_head import AnswerHeads
from landbridge.gateway.exchange import Exchange
from landbridge.wire.budget import Budget
from landbridge.wire.dispatch import dispatch
from landbridge.wire.http1 import RequestHead
from landbridge.wire.messages import Head, Opened, Refused, encode
from landbridge.wire.mux import Mux
from landbridge.wire.stream import Buffer, Stream


class Caller:
    """The client connection: what it was told."""

    def __init__(self) -> None:
        self.paused = False
        self.heads = AnswerHeads()
        self.written = b""
        self.told: list[Any] = []

    def write(self, data: bytes | memoryview, *, last: bool = False) -> None:
        self.written += data

    def opened(self, opened: Opened) -> None:
        """Counted elsewhere."""

    def answering(self) -> None:
        """Counted elsewhere."""

    def answered(self, *, keep: bool) -> None:
        self.told.append(("answered", keep))

    def refused(self, reason: Fault) -> None:
        self.told.append(reason.code)

    def cut(self, reason: Fault | None) -> None:
        self.told.append(("cut", reason.code if reason else None))

    def upgraded(self) -> None:
        self.told.append("upgraded")

    def room(self) -> None:
        self.told.append("room")


class Tunnel:
    """A session without a connection: bytes cross to the far multiplexer at once when `carry` is called."""

    def __init__(self) -> None:
        self.budget = Budget(2**30)
        self.near = Mux(dialled=False, budget=self.budget)
        self.far = Mux(dialled=True)
        self.far_streams: list[Stream] = []

    def open(self, owner: Any, preamble: bytes, *, fin: bool) -> Stream:
        stream = self.near.open()
        stream.owner = owner
        self.near.send(stream, preamble, fin=fin)
        return stream

    def send(self, stream: Stream, data: Buffer, *, fin: bool = False) -> bool:
        self.near.send(stream, data, fin=fin)
        return self.near.has_room(stream)

    def reset(self, stream: Stream) -> None:
        stream.owner = None
        self.near.reset(stream)

    def consumed(self, stream: Stream, size: int) -> None:
        self.near.consumed(stream, size)

    def carry(self) -> None:
        while self.near.wants_write or self.far.wants_write:
            self.far_streams += [
                event.stream for event in self.far.receive(b"".join(self.near.take(2**20))) if hasattr(event, "stream")
            ]
            dispatch(self.near.receive(b"".join(self.far.take(2**20))), self)

    def on_stream(self, stream: Stream) -> None:
        raise AssertionError

    on_pong = on_gone_away = on_stream  # type: ignore[assignment]


class Scene:
    def __init__(self, *, minor: int = 1, upgrade: bool = False) -> None:
        self.caller = Caller()
        self.tunnel = Tunnel()
        admitted = Admitted("t", "", "erp", 80, "/", b"", "", "", upgrade=upgrade, keep_alive=minor == 1)
        self.exchange = Exchange(self.caller, self.tunnel, admitted, minor)
        head = RequestHead(b"GET", b"/", minor, [], "none", -1)
        self.exchange.begin(head, "conn", "request", 10.0, 0.0)
        self.tunnel.carry()
        self.stream = self.tunnel.far_streams[0]

    def answer(self, *pieces: bytes, fin: bool = False) -> None:
        """Let the connector send these pieces."""
        self.tunnel.far.send(self.stream, b"".join(pieces), fin=fin)
        self.tunnel.carry()


OPENED = encode(Opened())


def test_bytes_that_a_slow_client_still_has_to_take_do_not_stay_in_the_tenants_budget() -> None:
    scene = Scene()
    scene.caller.paused = True
    scene.answer(OPENED, encode(Head(200, "OK", "sized", 1000)), b"x" * 1000, fin=True)
    assert scene.caller.told == [("answered", True)]
    assert scene.tunnel.budget.used == 0


def test_the_same_for_a_raw_stream() -> None:
    scene = Scene(upgrade=True)
    scene.caller.paused = True
    scene.answer(OPENED, encode(Head(101, "Switching Protocols", "raw")), b"x" * 1000, fin=True)
    assert scene.caller.told == ["upgraded", ("answered", False)]
    assert scene.tunnel.budget.used == 0


def test_a_paused_client_keeps_the_credit_until_it_takes_bytes_again() -> None:
    scene = Scene()
    scene.caller.paused = True
    scene.answer(OPENED, encode(Head(200, "OK", "streamed")), b"x" * 1000)
    assert scene.tunnel.budget.used > 1000
    scene.caller.paused = False
    scene.exchange.written_onward()
    assert scene.tunnel.budget.used == 0


def test_an_answer_in_any_pieces() -> None:
    whole = OPENED + encode(Head(200, "OK", "sized", 5, 6)) + b"X: 1\r\n" + b"hello"
    for size in range(1, len(whole)):
        scene = Scene()
        for start in range(0, len(whole), size):
            scene.answer(whole[start : start + size], fin=start + size >= len(whole))
        assert scene.caller.written == b"HTTP/1.1 200 OK\r\nX: 1\r\nContent-Length: 5\r\n\r\nhello"
        assert scene.caller.told == [("answered", True)]


def test_framing_for_http_1_0() -> None:
    scene = Scene(minor=0)
    scene.answer(OPENED, encode(Head(100)), encode(Head(200, "OK", "streamed")), b"hello", fin=True)
    assert scene.caller.written == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"
    assert scene.caller.told == [("answered", False)]


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        ((encode(Head(200)),), "tunnel.protocol-error"),
        ((OPENED, OPENED), "tunnel.protocol-error"),
        ((OPENED, encode(Head(99))), "tunnel.protocol-error"),
        ((OPENED, encode(Head(1000))), "tunnel.protocol-error"),
        ((OPENED, encode(Head(101, "", "raw"))), "tunnel.protocol-error"),
        ((OPENED, encode(Head(200, "", "raw"))), "tunnel.protocol-error"),
        ((OPENED, encode(Head(200, "", "none", -1, 10)), b"A: b\r\n\r\nC:"), "tunnel.protocol-error"),
        ((OPENED, encode(Head(200, "", "none", -1, 6)), b"A: b\nC"), "tunnel.protocol-error"),
        ((OPENED, encode(Head(200, "", "none", -1, 2**20))), "tunnel.protocol-error"),
        ((b"\xff\xff\xff\xff",), "tunnel.protocol-error"),
        ((b"\0\0\0\1{",), "tunnel.protocol-error"),
        ((encode(Refused("no.such-code")),), "tunnel.unknown-fault"),
        ((encode(Refused("backend.refused")),), "tunnel.unknown-fault"),
        ((OPENED, encode(Head(200, "", "sized", 3)), b"four"), ("cut", "tunnel.protocol-error")),
        ((OPENED, encode(Head(200, "", "none")), b"x"), ("cut", "tunnel.protocol-error")),
    ],
)
def test_a_connector_that_breaks_the_protocol(pieces: tuple[bytes, ...], told: object) -> None:
    scene = Scene()
    scene.answer(*pieces)
    assert scene.caller.told == [told]
    assert b"C" not in scene.caller.written.partition(b"\r\n\r\n")[2]
    assert not scene.tunnel.near.streams
    assert scene.tunnel.budget.used == 0


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        ((), "tunnel.aborted"),
        ((OPENED,), "tunnel.aborted"),
        ((OPENED, encode(Head(200, "", "sized", 10)), b"short"), ("cut", "tunnel.aborted")),
    ],
)
def test_an_answer_that_ends_too_early(pieces: tuple[bytes, ...], told: object) -> None:
    scene = Scene()
    scene.answer(*pieces, fin=True)
    assert scene.caller.told == [told]


def test_a_reason_phrase_holds_no_line_break() -> None:
    scene = Scene()
    scene.answer(OPENED, encode(Head(200, "fi\r\nX: 1\r\n\u4e00ne", "none")), fin=True)
    assert scene.caller.written.startswith(b"HTTP/1.1 200 fiX: 1ne\r\n")
