"""Streams begin, end and break as yamux says, however their bytes are cut."""

from __future__ import annotations

import pytest

from landbridge.wire.errors import LocalProtocolError, RemoteProtocolError
from landbridge.wire.frames import LAST_ID
from landbridge.wire.mux import Mux
from tests.wire.pair import (
    ACK,
    DATA,
    FIN,
    PING,
    RST,
    SYN,
    TURN,
    WINDOW,
    Frame,
    Pair,
    drained,
    frame,
    frames,
    plain,
    taken,
)


def listener() -> Mux:
    return Mux(dialled=False)


# ---------------------------------------------------------------------- beginning


def test_opening_data_and_end_share_the_first_frame() -> None:
    mux = Mux(dialled=True)
    mux.send(mux.open(), b"GET", fin=True)
    assert frames(drained(mux)) == [Frame(DATA, SYN | FIN, 1, 3, b"GET")]


def test_the_dialler_has_odd_ids_and_the_listener_even_ones() -> None:
    assert [Mux(dialled=True).open().id, listener().open().id] == [1, 2]


def test_the_first_frame_of_the_other_side_acknowledges(pair: Pair) -> None:
    pair.dialler.open(b"ask")
    pair.carry()
    pair.listener.mux.send(pair.listener.streams[1], b"answer")
    pair.listener.mux.send(pair.listener.streams[1], b" and more")
    first, second = frames(drained(pair.listener.mux))
    assert (first.flags, second.flags) == (ACK, 0)


def test_data_follows_the_opening_at_once(pair: Pair) -> None:
    pair.dialler.open(b"ask", fin=True)
    assert pair.listener.receive(taken(pair.dialler.mux)) == [("opened", 1), ("data", 1, b"ask"), ("fin", 1)]


def test_a_stream_whose_data_waits_in_its_queue_still_begins_before_later_ones(pair: Pair) -> None:
    """Ids must rise on the wire: a queued first frame was once overtaken by a small one with a higher id."""
    bulk = pair.dialler.open(b"x" * 20_000)
    small = pair.dialler.open(b"y")
    seen = frames(drained(pair.dialler.mux))
    assert [(f.stream, f.flags & SYN) for f in seen] == [(bulk.id, SYN), (small.id, SYN), (bulk.id, 0)]


def test_streams_may_be_opened_now_and_used_in_any_order(pair: Pair) -> None:
    streams = [pair.dialler.mux.open() for _ in range(4)]
    pair.dialler.mux.reset(streams[1])
    for stream in (streams[3], streams[0], streams[2]):
        pair.dialler.mux.send(stream, b"%d" % stream.id, fin=True)
    told = pair.listener.receive(drained(pair.dialler.mux))
    assert [told.index(("opened", i)) for i in (1, 5, 7)] == sorted(told.index(("opened", i)) for i in (1, 5, 7))
    assert pair.listener.received == {1: b"1", 5: b"5", 7: b"7"}


def test_a_stream_that_is_reset_before_it_began_never_appears(pair: Pair) -> None:
    pair.dialler.mux.reset(pair.dialler.mux.open())
    pair.dialler.mux.reset(pair.dialler.open(b"x" * 20_000))
    assert drained(pair.dialler.mux) == b""
    assert not pair.dialler.mux.streams
    assert pair.dialler.open(b"x").id == 5
    assert pair.listener.receive(drained(pair.dialler.mux)) == [("opened", 5), ("data", 5, b"x")]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(frame(DATA, SYN, 2), id="an id of ours"),
        pytest.param(frame(DATA, SYN, 0), id="the session"),
        pytest.param(frame(DATA, SYN, 5) + frame(DATA, SYN, 5), id="an open id"),
        pytest.param(frame(DATA, SYN | RST, 5) + frame(DATA, SYN, 5), id="a used id"),
        pytest.param(frame(DATA, SYN, 5) + frame(DATA, SYN, 3), id="an id that was left out"),
        pytest.param(frame(DATA, 0, 1, b"x"), id="data on an id that was never opened"),
        pytest.param(frame(WINDOW, 0, 7, 1), id="credit for an id that was never opened"),
        pytest.param(frame(DATA, 0, 2, b"x"), id="data on an id of ours that was never opened"),
        pytest.param(frame(DATA, 0, 0, b"x"), id="data on the session"),
        pytest.param(frame(WINDOW, 0, 0, 1), id="credit for the session"),
        pytest.param(frame(PING, SYN, 1, 1), id="ping on a stream"),
        pytest.param(frame(PING, 0, 0, 1), id="ping that neither asks nor answers"),
        pytest.param(frame(3, 0, 1, 0), id="go away on a stream"),
        pytest.param(frame(4, 0, 0, 0), id="unknown type"),
        pytest.param(b"\1" + frame(DATA, SYN, 1)[1:], id="another version"),
        pytest.param(frame(DATA, SYN | FIN, 1) + frame(DATA, 0, 1, b"x"), id="data after the end"),
        pytest.param(frame(DATA, SYN | FIN, 1) + frame(DATA, FIN, 1), id="second end in a data frame"),
        pytest.param(frame(DATA, SYN | FIN, 1) + frame(WINDOW, FIN, 1), id="second end in a window update"),
        pytest.param(frame(DATA, SYN, 1) + frame(WINDOW, 0, 1, 2**32 - 1), id="credit beyond 32 bits"),
    ],
)
def test_what_breaks_the_protocol_ends_the_connection_for_good(pair: Pair, data: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        pair.listener.receive(data)
    assert pair.listener.receive(frame(PING, SYN, 0, 1)) == []
    assert not pair.listener.mux.wants_write


def test_both_ends_know_that_ids_run_out() -> None:
    for dialled, most in ((True, 2**30), (False, 2**30 - 1)):
        mux = Mux(dialled=dialled)
        assert mux.ids_left == most
        mux._next_id = LAST_ID - (2 if dialled else 3)
        assert [mux.ids_left, mux.open().id % 2, mux.ids_left] == [2, int(dialled), 1]
        assert mux.open().id == LAST_ID - (0 if dialled else 1)
        assert mux.ids_left == 0
        with pytest.raises(LocalProtocolError):
            mux.open()


def test_the_last_ids_work_like_any_other(pair: Pair) -> None:
    assert pair.listener.receive(frame(DATA, SYN | FIN, LAST_ID, b"last")) == [
        ("opened", LAST_ID),
        ("data", LAST_ID, b"last"),
        ("fin", LAST_ID),
    ]
    with pytest.raises(RemoteProtocolError):
        pair.listener.receive(frame(DATA, SYN, 3))


# ---------------------------------------------------------------------- ending


@pytest.mark.parametrize("dialler_first", [True, False])
def test_each_direction_ends_on_its_own(pair: Pair, dialler_first: bool) -> None:
    ours = pair.dialler.open(b"ask")
    pair.carry()
    first, second = (pair.dialler, pair.listener) if dialler_first else (pair.listener, pair.dialler)
    first.mux.send(first.streams[1], b"bye", fin=True)
    pair.carry()
    assert (ours.closed, second.ended, first.ended) == (False, {1}, set())
    second.mux.send(second.streams[1], b"still ")
    second.mux.send(second.streams[1], b"here", fin=True)
    pair.carry()
    assert first.received[1].endswith(b"still here")
    assert ours.closed
    assert pair.listener.streams[1].closed
    assert not pair.dialler.mux.streams
    assert not pair.listener.mux.streams


def test_the_end_waits_behind_queued_data_and_keeps_the_stream_alive(pair: Pair) -> None:
    """The peer has ended its direction long ago; what is still queued must not be forgotten."""
    stream = pair.dialler.open(b"ask")
    pair.carry()
    pair.listener.mux.send(pair.listener.streams[1], b"", fin=True)
    body = bytes(range(256)) * 4096
    pair.dialler.mux.send(stream, body, fin=True)
    pair.carry()
    assert (len(pair.listener.received[1]), 1 in pair.listener.ended) == (262_144, False)
    assert stream.id in pair.dialler.mux.streams
    pair.carry(consume=True)
    assert pair.listener.received[1] == b"ask" + body
    assert pair.listener.ended == {1}
    assert not pair.dialler.mux.streams


def test_nothing_may_follow_our_own_end() -> None:
    mux = Mux(dialled=True)
    stream = mux.open()
    mux.send(stream, b"all", fin=True)
    with pytest.raises(LocalProtocolError):
        mux.send(stream, b"more")
    with pytest.raises(LocalProtocolError):
        mux.send_urgent(stream, b"more")


def test_reset_drops_what_is_queued_and_tells_the_peer(pair: Pair) -> None:
    stream = pair.dialler.open(b"begin")
    pair.carry()
    pair.dialler.mux.send(stream, b"x" * 300_000, fin=True)
    pair.dialler.mux.reset(stream)
    pair.dialler.mux.send(stream, b"ignored")
    pair.dialler.mux.reset(stream)
    assert frames(drained(pair.dialler.mux)) == [Frame(WINDOW, RST, 1, 0)]
    assert pair.dialler.mux.budget.used == 0
    assert not pair.dialler.mux.wants_write


def test_reset_follows_the_opening_and_what_was_lined_up(pair: Pair) -> None:
    stream = pair.dialler.open(b"begin")
    pair.dialler.mux.reset(stream)
    assert pair.listener.receive(drained(pair.dialler.mux)) == [("opened", 1), ("data", 1, b"begin"), ("reset", 1)]
    assert not pair.listener.mux.streams


def test_reset_of_a_stream_that_was_not_answered_acknowledges_it() -> None:
    mux = listener()
    mux.receive(frame(DATA, SYN, 1))
    mux.reset(mux.streams[1])
    assert frames(drained(mux)) == [Frame(WINDOW, ACK | RST, 1, 0)]


def test_a_reset_stream_in_the_middle_of_a_turn_is_passed_over(pair: Pair) -> None:
    first, second = pair.dialler.open(b"1" * 200_000), pair.dialler.open(b"2" * 200_000)
    pair.listener.receive(taken(pair.dialler.mux))
    pair.dialler.mux.reset(first)
    pair.carry()
    assert (pair.listener.were_reset, len(pair.listener.received[second.id])) == ({first.id}, 200_000)


def test_reset_by_the_peer_drops_our_queue(pair: Pair) -> None:
    stream = pair.dialler.open(b"x" * 500_000)
    pair.carry()
    pair.listener.mux.reset(pair.listener.streams[1])
    pair.carry()
    assert (stream.closed, stream.queued, pair.dialler.mux.budget.used) == (True, 0, 0)
    assert pair.dialler.were_reset == {1}


def test_a_stream_that_we_reset_in_the_middle_of_a_frame_says_no_more(pair: Pair) -> None:
    whole = frame(DATA, SYN, 1, b"x" * 100) + frame(DATA, SYN | FIN, 3, b"next")
    pair.listener.receive(whole[:50])
    pair.listener.mux.reset(pair.listener.streams[1])
    assert pair.listener.receive(whole[50:]) == [("opened", 3), ("data", 3, b"next"), ("fin", 3)]


@pytest.mark.parametrize("ended", ["by both", "by reset of ours", "by reset of the peer"])
def test_frames_for_a_closed_stream_are_dropped(pair: Pair, ended: str) -> None:
    pair.listener.receive(frame(DATA, SYN | FIN if ended == "by both" else SYN, 1))
    if ended == "by both":
        pair.listener.mux.send(pair.listener.streams[1], b"", fin=True)
    elif ended == "by reset of ours":
        pair.listener.mux.reset(pair.listener.streams[1])
    else:
        pair.listener.receive(frame(WINDOW, RST, 1))
    drained(pair.listener.mux)
    late = frame(DATA, 0, 1, b"late") + frame(WINDOW, 0, 1, 99) + frame(DATA, FIN, 1) + frame(WINDOW, RST, 1)
    assert pair.listener.receive(late) == []
    assert not pair.listener.mux.wants_write


def test_streams_above_the_limit_are_reset_and_their_frames_dropped() -> None:
    pair = Pair(stream_limit=2)
    for _ in range(3):
        pair.dialler.open(b"x")
    pair.carry()
    pair.dialler.mux.reset(pair.dialler.streams[1])
    pair.carry()
    assert pair.dialler.were_reset == {5}
    assert set(pair.listener.received) == {1, 3}
    pair.dialler.open(b"again")
    pair.carry()
    assert 7 in pair.listener.received


def test_after_go_away_streams_still_arrive_so_that_they_can_be_refused_by_name(pair: Pair) -> None:
    pair.dialler.open(b"first")
    pair.carry()
    pair.listener.mux.go_away(0)
    pair.dialler.open(b"crossed it on the way")
    pair.carry()
    assert ("gone", 0) in plain(pair.dialler.events)
    assert bytes(pair.listener.received[3]) == b"crossed it on the way"


def test_abandoning_resets_every_stream_and_frees_everything(pair: Pair) -> None:
    for size in (0, 10, 400_000):
        pair.listener.open(b"x" * size)
    pair.dialler.open(b"y" * 1000)
    pair.listener.receive(drained(pair.dialler.mux))
    assert {stream.id for stream in pair.listener.mux.abandon()} == {1, 2, 4, 6}
    assert all(stream.closed for stream in pair.listener.streams.values())
    assert pair.budget.used == 0
    assert not pair.listener.mux.streams


# ---------------------------------------------------------------------- the whole connection


def test_pings_are_answered_with_their_value(pair: Pair) -> None:
    pair.dialler.mux.ping(0xFFFFFFFF)
    pair.carry()
    assert plain(pair.dialler.events) == [("pong", 0xFFFFFFFF)]


def test_bytes_are_counted_once_however_they_are_cut(pair: Pair) -> None:
    pair.dialler.open(b"x" * 5000, fin=True)
    pair.dialler.mux.ping(1)
    pair.carry()
    dialler, listener = pair.dialler.mux, pair.listener.mux
    assert dialler.bytes_sent == listener.bytes_received == 12 + 5000 + 12
    assert listener.bytes_sent == dialler.bytes_received == 12


def test_an_urgent_message_overtakes_other_streams_but_never_its_own() -> None:
    mux = Mux(dialled=True)
    control, bulk = mux.open(), mux.open()
    mux.send(control, b"hello")
    mux.send_urgent(control, b"drain")
    mux.go_away(0)
    mux.send(bulk, b"x" * 100_000)
    seen = [f for f in frames(drained(mux)) if f.stream == control.id]
    assert [(f.flags, f.payload) for f in seen] == [(SYN, b"hello"), (0, b"drain")]
    mux.send(bulk, b"x" * 100_000)
    mux.send_urgent(control, b"farewell")
    assert frames(taken(mux, TURN))[0].payload == b"farewell"


def test_an_urgent_message_without_credit_waits_in_the_queue() -> None:
    mux = Mux(dialled=True)
    control = mux.open()
    mux.send(control, b"x" * 262_144)
    drained(mux)
    mux.send_urgent(control, b"late")
    assert drained(mux) == b""
    mux.receive(frame(WINDOW, ACK, 1, 100))
    assert frames(drained(mux))[0].payload == b"late"


def test_the_urgent_first_answer_acknowledges() -> None:
    mux = listener()
    mux.receive(frame(DATA, SYN, 1))
    mux.send_urgent(mux.streams[1], b"welcome")
    assert frames(drained(mux)) == [Frame(DATA, ACK, 1, 7, b"welcome")]


def test_a_stream_says_in_its_representation_how_it_is() -> None:
    mux = Mux(dialled=True)
    stream = mux.open()
    assert repr(stream) == "<Stream 1 open/open queued=0 credit=262144>"
    mux.send(stream, b"x", fin=True)
    assert repr(stream) == "<Stream 1 closed/open queued=0 credit=262143>"
    mux.reset(stream)
    assert repr(stream).startswith("<Stream 1 reset ")
