"""Nobody sends beyond the credit, nobody holds more than was lent, and the budget comes back to zero."""

from __future__ import annotations

import pytest

from landbridge.wire.budget import Budget
from landbridge.wire.errors import LocalProtocolError, RemoteProtocolError
from landbridge.wire.events import ResetReceived
from landbridge.wire.frames import INITIAL_WINDOW
from landbridge.wire.mux import OVERRUN_DECAY, OVERRUN_LIMIT, Mux
from landbridge.wire.outbox import QUEUE_LIMIT
from tests.wire.pair import DATA, FIN, RST, SYN, WINDOW, Frame, Pair, drained, frame, frames

MIB = 2**20


def credit_in(data: bytes) -> int:
    return sum(f.length for f in frames(data) if f.kind == WINDOW)


def test_a_stream_sends_its_credit_and_then_waits(pair: Pair) -> None:
    stream = pair.dialler.open(b"x" * MIB)
    pair.carry()
    assert len(pair.listener.received[1]) == INITIAL_WINDOW
    assert (stream.send_credit, stream.queued) == (0, MIB - INITIAL_WINDOW)
    assert not pair.dialler.mux.wants_write


def test_credit_comes_back_when_bytes_were_written_onward_and_not_before(pair: Pair) -> None:
    pair.dialler.open(b"x" * MIB)
    pair.carry()
    assert drained(pair.listener.mux) == b""
    pair.listener.consume(1, INITIAL_WINDOW // 2 - 1)
    assert drained(pair.listener.mux) == b""
    pair.listener.consume(1, 1)
    assert frames(drained(pair.listener.mux)) == [Frame(WINDOW, 2, 1, INITIAL_WINDOW // 2)]


@pytest.mark.parametrize("window", [0, 100_000, MIB])
def test_the_window_grows_to_its_maximum_while_data_moves(pair: Pair, window: int) -> None:
    pair = Pair(window=window)
    pair.dialler.open(b"x" * (8 * MIB), fin=True)
    pair.carry(consume=True)
    assert len(pair.listener.received[1]) == 8 * MIB
    assert pair.listener.streams[1].window == INITIAL_WINDOW + window
    assert pair.budget.used == pair.dialler.mux.budget.used == 0


def test_a_reader_that_stops_gets_no_larger_window() -> None:
    pair = Pair(window=MIB)
    pair.dialler.open(b"x" * (8 * MIB))
    pair.carry()
    pair.listener.consume(1, INITIAL_WINDOW // 2)
    pair.carry()
    assert pair.listener.streams[1].window == 2 * INITIAL_WINDOW
    assert pair.listener.unconsumed[1] == pair.listener.streams[1].window


def test_over_the_budget_windows_shrink_back_to_the_initial_one() -> None:
    pair = Pair(window=MIB, budget=Budget(3 * MIB))
    stream = pair.dialler.open(b"x" * (4 * MIB))
    pair.carry(consume=True)
    window = pair.listener.streams[1]
    assert window.window == INITIAL_WINDOW + MIB
    pair.budget.used += 3 * MIB
    pair.dialler.mux.send(stream, b"x" * (8 * MIB))
    pair.carry(consume=True)
    assert window.window == INITIAL_WINDOW
    assert len(pair.listener.received[1]) == 12 * MIB
    pair.budget.used -= 3 * MIB
    assert pair.budget.used == 0


def test_over_the_budget_a_window_does_not_grow() -> None:
    pair = Pair(window=MIB, budget=Budget(1))
    pair.budget.used = 1
    pair.dialler.open(b"x" * MIB, fin=True)
    pair.carry(consume=True)
    assert pair.listener.streams[1].window == INITIAL_WINDOW
    assert (len(pair.listener.received[1]), pair.budget.used) == (MIB, 1)


def test_credit_lent_held_and_unreported_make_up_the_window() -> None:
    """The invariant behind it all, checked after every turn of an uneven transfer under a tight budget."""
    pair = Pair(window=MIB, budget=Budget(600_000))
    pair.dialler.open(b"x" * (4 * MIB))
    stream = None
    for turn in range(400):
        pair.listener.receive(b"".join(pair.dialler.mux.take(65_536)))
        pair.listener.consume(1, 30_000 + turn * 400)
        pair.dialler.receive(drained(pair.listener.mux))
        stream = pair.listener.streams[1]
        assert stream.receive_credit + stream.held + stream.unreported == stream.window
        assert INITIAL_WINDOW <= stream.window <= INITIAL_WINDOW + MIB
    pair.listener.consume_all()
    pair.carry(consume=True)
    assert len(pair.listener.received[1]) == 4 * MIB


def test_only_payload_counts(pair: Pair) -> None:
    stream = pair.dialler.open()
    for _ in range(50):
        pair.dialler.mux.send(stream, b"")
    pair.carry()
    assert stream.send_credit == INITIAL_WINDOW


def test_no_credit_is_given_to_a_direction_that_has_ended(pair: Pair) -> None:
    pair.dialler.open(b"x" * 200_000, fin=True)
    pair.carry()
    pair.listener.consume_all()
    assert drained(pair.listener.mux) == b""
    assert pair.budget.used == 0


# ---------------------------------------------------------------------- breaking it


def test_an_overrun_kills_only_its_stream(pair: Pair) -> None:
    flood = frame(DATA, SYN, 1, b"x" * INITIAL_WINDOW) + frame(DATA, FIN, 1, b"!")
    told = pair.listener.receive(flood + frame(DATA, SYN, 3, b"fine"))
    assert told[-3:] == [("reset", 1), ("opened", 3), ("data", 3, b"fine")]
    assert frames(drained(pair.listener.mux)) == [Frame(WINDOW, RST | 2, 1, 0)]
    pair.listener.consume_all()
    assert pair.budget.used == 0


def test_nothing_of_a_frame_that_overruns_is_handed_on(pair: Pair) -> None:
    told = pair.listener.receive(frame(DATA, SYN, 1, b"x" * (INITIAL_WINDOW + 1)) + frame(DATA, SYN, 3))
    assert told == [("opened", 1), ("reset", 1), ("opened", 3)]


def test_repeated_overruns_end_the_connection() -> None:
    mux = Mux(dialled=False)
    overrun = b"x" * (INITIAL_WINDOW + 1)
    for stream_id in range(1, 2 * OVERRUN_LIMIT, 2):
        mux.receive(frame(DATA, SYN, stream_id, overrun))
    with pytest.raises(RemoteProtocolError):
        mux.receive(frame(DATA, SYN, 2 * OVERRUN_LIMIT + 1, overrun))


def test_overruns_are_forgiven_in_time() -> None:
    """Time is what was received since: here, data of a stream that is over."""
    mux = Mux(dialled=False)
    overrun = b"x" * (INITIAL_WINDOW + 1)
    for stream_id in range(1, 2 * OVERRUN_LIMIT, 2):
        mux.receive(frame(DATA, SYN, stream_id, overrun))
    late = frame(DATA, 0, 1, bytes(2**20))
    for _ in range(OVERRUN_DECAY // 2**20):
        assert mux.receive(late) == []
    assert isinstance(mux.receive(frame(DATA, SYN, 2 * OVERRUN_LIMIT + 1, overrun))[-1], ResetReceived)
    with pytest.raises(RemoteProtocolError):
        mux.receive(frame(DATA, SYN, 2 * OVERRUN_LIMIT + 3, overrun))


def test_more_than_was_received_cannot_be_consumed(pair: Pair) -> None:
    pair.dialler.open(b"four")
    pair.carry()
    with pytest.raises(LocalProtocolError):
        pair.listener.mux.consumed(pair.listener.streams[1], 5)
    pair.listener.consume_all()
    assert pair.budget.used == 0


# ---------------------------------------------------------------------- what is held


def test_the_budget_counts_what_is_held_and_what_is_queued(pair: Pair) -> None:
    pair.dialler.open(b"x" * 1000)
    pair.carry()
    pair.listener.mux.send(pair.listener.streams[1], b"y" * 300_000)
    assert pair.budget.used == 1000 + 300_000
    pair.carry()
    assert pair.budget.used == 1000 + 300_000 - INITIAL_WINDOW
    pair.listener.consume_all()
    pair.carry(consume=True)
    assert pair.budget.used == 0


@pytest.mark.parametrize("end", ["reset of ours", "reset of the peer", "both ended", "abandoned", "overrun"])
def test_a_stream_that_is_over_gives_its_budget_back(pair: Pair, end: str) -> None:
    """Also what its owner never wrote onward: owners of closed streams are gone, and once leaked the budget away."""
    stream = pair.listener.open(b"y" * 300_000, fin=end == "both ended")
    pair.carry(consume=end == "both ended")
    pair.dialler.mux.send(pair.dialler.streams[2], b"x" * 5000, fin=end == "both ended")
    pair.listener.receive(drained(pair.dialler.mux))
    match end:
        case "reset of ours":
            pair.listener.mux.reset(stream)
        case "reset of the peer":
            pair.listener.receive(frame(WINDOW, RST, 2))
        case "abandoned":
            pair.listener.mux.abandon()
        case "overrun":
            pair.listener.receive(frame(DATA, 0, 2, b"x" * INITIAL_WINDOW))
        case _:
            pass
    assert stream.closed
    assert pair.budget.used == 0
    pair.listener.consume_all()
    assert pair.budget.used == 0


def test_tunnels_of_a_tenant_share_one_budget() -> None:
    budget = Budget(1000)
    pairs = [Pair(budget=budget), Pair(budget=budget)]
    for pair in pairs:
        pair.dialler.open(b"x" * 500)
        assert not budget.exhausted
        pair.carry()
    assert budget.exhausted
    assert repr(budget) == "<Budget 1000/1000>"
    pairs[0].listener.mux.abandon()
    assert (budget.used, budget.exhausted) == (500, False)


# ---------------------------------------------------------------------- room


def test_a_full_queue_asks_its_source_to_wait_and_tells_when_there_is_room(pair: Pair) -> None:
    mux = pair.dialler.mux
    stream = pair.dialler.open(b"x" * (INITIAL_WINDOW + QUEUE_LIMIT - 1))
    pair.carry()
    assert mux.has_room(stream)
    mux.send(stream, b"x")
    assert not mux.has_room(stream)
    pair.dialler.receive(frame(WINDOW, 0, 1, QUEUE_LIMIT // 2))
    drained(mux)
    assert mux.room_gained() == []
    pair.dialler.receive(frame(WINDOW, 0, 1, 1))
    drained(mux)
    assert [event.stream for event in mux.room_gained()] == [stream]
    assert mux.room_gained() == []


def test_room_is_also_told_with_the_next_received_bytes(pair: Pair) -> None:
    stream = pair.dialler.open(b"x" * (INITIAL_WINDOW + QUEUE_LIMIT))
    assert not pair.dialler.mux.has_room(stream)
    pair.listener.receive(drained(pair.dialler.mux))
    pair.listener.consume_all()
    told = pair.dialler.receive(drained(pair.listener.mux))
    assert told == []
    drained(pair.dialler.mux)
    assert pair.dialler.receive(frame(WINDOW, 0, 1)) == [("room", 1)]


@pytest.mark.parametrize("end", ["reset", "both ended"])
def test_a_dead_stream_gains_no_room(end: str) -> None:
    pair = Pair()
    mux = pair.dialler.mux
    stream = pair.dialler.open(b"x" * QUEUE_LIMIT, fin=True)
    assert not mux.has_room(stream)
    drained(mux)
    if end == "both ended":
        assert pair.dialler.receive(frame(DATA, FIN, 1)) == [("fin", 1)]
    else:
        mux.reset(stream)
    assert mux.room_gained() == []
