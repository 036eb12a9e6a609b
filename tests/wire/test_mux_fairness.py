"""Control first, then the streams in turn, in frames that keep nobody waiting; nobody starves."""

from __future__ import annotations

from landbridge.wire.mux import Mux
from landbridge.wire.outbox import BULK_FRAME_LIMIT, FRAME_LIMIT
from landbridge.wire.stream import Stream
from tests.wire.pair import DATA, GO_AWAY, PING, TURN, WINDOW, Pair, drained, frame, frames, taken

MIB = 2**20


def endless(mux: Mux, size: int = 10 * MIB) -> Stream:
    """A bulk stream with all the credit there is."""
    stream = mux.open()
    mux.send(stream, b"b" * size)
    mux.receive(frame(WINDOW, 0, stream.id, 100 * MIB))
    return stream


def test_a_stream_that_is_alone_sends_large_frames() -> None:
    mux = Mux(dialled=True)
    endless(mux)
    assert {f.length for f in frames(taken(mux))} == {BULK_FRAME_LIMIT}


def test_streams_that_compete_send_small_frames_in_turn() -> None:
    mux = Mux(dialled=True)
    ids = [endless(mux).id for _ in range(3)]
    seen = [f for _ in range(6) for f in frames(taken(mux)) if f.kind == DATA]
    assert {f.length for f in seen} == {FRAME_LIMIT}
    assert [f.stream for f in seen] == [ids[i % 3] for i in range(len(seen))]
    assert len(seen) >= 6 * 4


def test_small_answers_go_before_a_bulk_stream() -> None:
    mux = Mux(dialled=True)
    bulk = endless(mux)
    taken(mux)
    small = [mux.open() for _ in range(20)]
    for stream in small:
        mux.send(stream, b"s" * 100, fin=True)
    seen = [f.stream for f in frames(taken(mux))]
    assert seen[:20] == [stream.id for stream in small]
    assert bulk.id in seen


def test_many_small_senders_do_not_starve_a_bulk_stream() -> None:
    """Frames that need no queue go first, but only some of them while a queue waits; it was all of a turn once."""
    mux = Mux(dialled=True)
    bulk = endless(mux, MIB)
    taken(mux)
    small = [mux.open() for _ in range(8)]
    share, turns = 0, 20
    for _ in range(turns):
        for stream in small:
            mux.send(stream, b"s" * FRAME_LIMIT)
        share += sum(f.length for f in frames(taken(mux)) if f.stream == bulk.id)
    assert share >= turns * TURN / (len(small) + 1) * 0.8


def test_pings_and_going_away_come_before_everything() -> None:
    mux = Mux(dialled=True)
    endless(mux)
    for _ in range(10):
        mux.send(mux.open(), b"small")
    mux.receive(frame(PING, 1, 0, 7))
    mux.ping(8)
    mux.go_away(0)
    assert [(f.kind, f.length) for f in frames(taken(mux))[:3]] == [(PING, 7), (PING, 8), (GO_AWAY, 0)]


def test_a_turn_takes_about_what_it_may() -> None:
    mux = Mux(dialled=True)
    for _ in range(50):
        endless(mux, MIB)
    taken(mux)
    for _ in range(20):
        assert TURN <= len(taken(mux)) <= TURN + FRAME_LIMIT + 12
    assert len(taken(mux, 1)) == FRAME_LIMIT + 12


def test_taking_ends_when_the_streams_are_out_of_credit_or_have_nothing_to_say() -> None:
    mux = Mux(dialled=True)
    streams = [mux.open() for _ in range(100)]
    for stream in streams:
        mux.send(stream, b"x" * 300_000)
    for stream in streams[::2]:
        mux.reset(stream)
    for stream in streams[1::2]:
        mux.send(stream, b"")
    assert sum(f.length for f in frames(drained(mux)) if f.kind == DATA) == 50 * 262_144
    assert mux.take(TURN) == []
    assert not mux.wants_write


def test_a_stream_that_waits_for_credit_lets_the_others_pass(pair: Pair) -> None:
    slow = pair.dialler.open(b"x" * MIB)
    pair.carry()
    fast = pair.dialler.open(b"y" * MIB, fin=True)
    for _ in range(40):
        pair.carry()
        pair.listener.consume(fast.id)
    assert (len(pair.listener.received[slow.id]), len(pair.listener.received[fast.id])) == (262_144, MIB)


def test_small_pieces_share_frames_and_memory(pair: Pair) -> None:
    stream = pair.dialler.open(b"x" * 300_000)
    pair.carry()
    text = bytes(range(256)) * 100
    for i in range(len(text)):
        pair.dialler.mux.send(stream, memoryview(text)[i : i + 1])
    assert stream.queue is not None
    assert len(stream.queue) < 5
    pair.listener.consume_all()
    pair.dialler.receive(drained(pair.listener.mux))
    sent = drained(pair.dialler.mux)
    assert len(frames(sent)) < 5
    pair.listener.receive(sent)
    assert pair.listener.received[1][300_000:] == text


def test_pieces_may_be_joined_and_cut_at_once() -> None:
    """Small pieces are joined in the queue while its first bytes are on their way."""
    mux = Mux(dialled=True)
    stream = mux.open()
    text, sent = bytes(range(251)) * 2000, b""
    mux.send(stream, text[:262_144])
    drained(mux)
    sent_before = 262_144
    for at in range(sent_before, len(text), 700):
        mux.send(stream, text[at : at + 700])
        mux.receive(frame(WINDOW, 0, 1, 333))
        sent += b"".join(f.payload for f in frames(drained(mux)))
    mux.receive(frame(WINDOW, 0, 1, MIB))
    sent += b"".join(f.payload for f in frames(drained(mux)))
    assert sent == text[sent_before:]
    assert mux.budget.used == 0
