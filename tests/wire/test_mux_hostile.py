"""Whatever a peer sends, it costs us bounded memory and at most this connection."""

from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from landbridge.wire.budget import Budget
from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.events import DataReceived
from landbridge.wire.frames import INITIAL_WINDOW
from landbridge.wire.mux import PONG_LIMIT, REFUSAL_LIMIT, Mux
from tests.wire.pair import ACK, DATA, FIN, GO_AWAY, PING, RST, SYN, WINDOW, frame, plain

# ---------------------------------------------------------------------- floods


def test_pings_that_nobody_lets_us_answer_end_the_connection() -> None:
    mux = Mux(dialled=False)
    mux.receive(frame(PING, SYN, 0, 1) * (PONG_LIMIT + 1))
    with pytest.raises(RemoteProtocolError):
        mux.receive(frame(PING, SYN, 0, 1))


def test_pings_that_are_answered_may_go_on_for_ever() -> None:
    mux = Mux(dialled=False)
    for _ in range(20):
        mux.receive(frame(PING, SYN, 0, 1) * (PONG_LIMIT // 2))
        mux.take(1)


def test_openings_above_the_limit_that_nobody_lets_us_refuse_end_the_connection() -> None:
    mux = Mux(dialled=False, stream_limit=1)
    with pytest.raises(RemoteProtocolError):
        for stream_id in range(1, 10 * REFUSAL_LIMIT // 12, 2):
            mux.receive(frame(WINDOW, SYN, stream_id))
    assert len(b"".join(mux.take(1))) <= REFUSAL_LIMIT + 12


def test_openings_above_the_limit_that_are_refused_may_go_on_for_ever() -> None:
    mux = Mux(dialled=False, stream_limit=1)
    for stream_id in range(1, 3 * REFUSAL_LIMIT // 12, 2):
        mux.receive(frame(WINDOW, SYN, stream_id))
        if stream_id % 1001 == 0:
            mux.take(1)
    assert len(mux.streams) == 1


TINY = [
    pytest.param(frame(DATA, 0, 1), id="empty data"),
    pytest.param(frame(WINDOW, 0, 1), id="no credit"),
    pytest.param(frame(WINDOW, 0, 1, 1), id="credit"),
    pytest.param(frame(WINDOW, RST, 3), id="reset of a closed stream"),
    pytest.param(frame(WINDOW, 0, 3, 1000), id="credit for a closed stream"),
    pytest.param(frame(DATA, FIN, 3, b"x"), id="data for a closed stream"),
    pytest.param(frame(PING, ACK, 0, 9), id="answers to no ping"),
    pytest.param(frame(GO_AWAY, 0, 0), id="going away again and again"),
]


@pytest.mark.parametrize("tiny", TINY)
def test_tiny_frames_leave_nothing_behind(tiny: bytes) -> None:
    mux = Mux(dialled=False)
    mux.receive(frame(DATA, SYN, 1) + frame(DATA, SYN | RST, 3))
    mux.receive(tiny * 100)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(100):
            mux.receive(tiny * 100)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 10_000
    assert (list(mux.streams), mux.wants_write, mux.budget.used) == ([1], False, 0)


def test_streams_that_are_opened_and_reset_leave_nothing_behind() -> None:
    mux = Mux(dialled=False)
    for stream_id in range(1, 4001, 2):
        mux.receive(frame(DATA, SYN, stream_id, b"x" * 100) + frame(WINDOW, RST, stream_id))
    assert (mux.streams, mux.wants_write, mux.budget.used, mux._peer_streams) == ({}, False, 0, 0)


def test_a_frame_is_never_collected_before_it_is_handed_on() -> None:
    mux = Mux(dialled=False)
    begin = struct.pack(">BBHII", 0, DATA, SYN, 1, INITIAL_WINDOW)
    assert plain(mux.receive(begin)) == [("opened", 1)]
    for _ in range(INITIAL_WINDOW // 1024):
        (event,) = mux.receive(b"x" * 1024)
        assert isinstance(event, DataReceived)


def test_a_frame_of_4_gib_costs_its_stream_and_nothing_else() -> None:
    mux = Mux(dialled=False)
    told = plain(mux.receive(struct.pack(">BBHII", 0, DATA, SYN, 1, 2**32 - 1) + b"x" * 1000))
    assert told == [("opened", 1), ("reset", 1)]
    assert mux.receive(b"x" * 100_000) == []
    assert mux.budget.used == 0


# ---------------------------------------------------------------------- any bytes at all


def outcome(data: bytes, step: int, *, dialled: bool) -> tuple[list[tuple[Any, ...]], bool, list[int], int]:
    """(what was reported up to an error, whether there was one, open streams, bytes held)."""
    mux = Mux(dialled=dialled, stream_limit=3, budget=Budget(2**40))
    for _ in range(2):
        mux.send(mux.open(), b"ours")
    events = []
    for begin in range(0, len(data), step):
        try:
            events += mux.receive(data[begin : begin + step])
        except RemoteProtocolError:
            return plain(events), True, [], 0
    return plain(events), False, sorted(mux.streams), mux.budget.used


ids = st.integers(0, 9) | st.sampled_from([2**31 - 1, 2**31, 2**32 - 1])
some_frames = st.builds(
    frame,
    st.sampled_from([DATA, DATA, WINDOW, WINDOW, PING, GO_AWAY]),
    st.integers(0, 15),
    ids,
    st.binary(max_size=30) | st.integers(0, 40),
)
peaceful = st.builds(
    frame, st.sampled_from([DATA, WINDOW]), st.sampled_from([0, SYN, SYN | FIN, FIN, RST, ACK]), st.integers(1, 5)
)


@st.composite
def streams_of_frames(draw: st.DrawFn) -> bytes:
    """Frames, mostly valid ones, sometimes with a few bytes changed."""
    data = b"".join(draw(st.lists(some_frames | peaceful, max_size=12)))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=4)) + data[at + draw(st.integers(0, 4)) :]
    return data


@given(st.binary(max_size=100) | streams_of_frames(), st.integers(1, 40), st.booleans())
@example(frame(DATA, SYN, 1, b"abc") + frame(DATA, FIN, 1, b"def") + frame(PING, SYN, 0, 5), 7, False)
@settings(max_examples=400)
def test_any_bytes_are_taken_or_refused_the_same_however_they_are_cut(data: bytes, step: int, dialled: bool) -> None:
    whole = outcome(data, max(len(data), 1), dialled=dialled)
    single = outcome(data, 1, dialled=dialled)
    assert outcome(data, step, dialled=dialled)[1:] == single[1:]
    assert whole[1:] == single[1:]
    if not whole[1]:
        assert whole == single


def test_what_one_stream_holds_does_not_keep_the_bytes_of_others_in_memory() -> None:
    """A slow stream's piece lies between those of fast ones in a received buffer; what is held is what is counted."""
    mux = Mux(dialled=False, budget=Budget(2**40))
    for stream_id in (1, 3):
        mux.receive(frame(WINDOW, SYN, stream_id))
    slow, fast = mux.streams[1], mux.streams[3]
    held = []
    tracemalloc.start()
    try:
        for _ in range(200):
            received = frame(DATA, 0, 1, bytes(100)) + frame(DATA, 0, 3, bytes(60_000))
            for event in mux.receive(received):
                if isinstance(event, DataReceived) and event.stream is slow:
                    held.append(event.data)
                elif isinstance(event, DataReceived):
                    mux.consumed(fast, len(event.data))
            del received, event
            mux.take(2**16)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(map(len, held)) == slow.held == 20_000
    assert size < 10 * slow.held
