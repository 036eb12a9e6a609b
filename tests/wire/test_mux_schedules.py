"""Random lives of two ends: every byte arrives once and in order, within the credit, and nothing is left over."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from landbridge.wire.budget import Budget
from landbridge.wire.frames import INITIAL_WINDOW
from tests.wire.pair import End, Pair, drained

sides = st.booleans()
picks = st.integers(0, 50)
sizes = st.sampled_from([0, 1, 12, 500, 16_384, 16_385, 70_000, 300_000])
WINDOW_BEYOND = 300_000
BUDGET = 900_000


class Tunnel(RuleBasedStateMachine):
    """`sent` and `got` are by (sender is the dialler, stream id)."""

    @initialize(step=st.sampled_from([0, 0, 1]))
    def connect(self, step: int) -> None:
        self.pair = Pair(step, window=WINDOW_BEYOND, budget=Budget(BUDGET))
        self.sent: dict[tuple[bool, int], bytearray] = {}
        self.ended: set[tuple[bool, int]] = set()
        self.reset: set[int] = set()
        self.written = 0

    def end(self, is_dialler: bool) -> End:
        return self.pair.dialler if is_dialler else self.pair.listener

    def pick(self, is_dialler: bool, pick: int) -> int | None:
        """A stream on which that end may still send."""
        known = sorted(i for i in self.end(is_dialler).streams if (is_dialler, i) not in self.ended)
        return known[pick % len(known)] if known else None

    def some(self, size: int) -> bytes:
        """Bytes that tell where they belong."""
        self.written += 1
        return (b"%d." % self.written * (size // 2 + 1))[:size]

    @rule(side=sides, size=sizes, fin=st.booleans())
    def open(self, side: bool, size: int, fin: bool) -> None:
        data = self.some(size)
        stream = self.end(side).open(data, fin=fin)
        self.note(side, stream.id, data, fin)

    @rule(side=sides)
    def open_and_say_nothing_yet(self, side: bool) -> None:
        stream = self.end(side).mux.open()
        self.end(side).streams[stream.id] = stream

    def note(self, side: bool, stream_id: int, data: bytes, fin: bool) -> None:
        self.sent.setdefault((side, stream_id), bytearray()).extend(data)
        if fin:
            self.ended.add((side, stream_id))

    @rule(side=sides, pick=picks, size=sizes, fin=st.booleans(), view=st.booleans())
    def send(self, side: bool, pick: int, size: int, fin: bool, view: bool) -> None:
        stream_id = self.pick(side, pick)
        if stream_id is not None:
            data = self.some(size)
            self.end(side).mux.send(self.end(side).streams[stream_id], memoryview(data) if view else data, fin=fin)
            self.note(side, stream_id, data, fin)

    @rule(side=sides, pick=picks)
    def send_urgently(self, side: bool, pick: int) -> None:
        stream_id = self.pick(side, pick)
        if stream_id is not None:
            data = self.some(50)
            self.end(side).mux.send_urgent(self.end(side).streams[stream_id], data)
            self.note(side, stream_id, data, False)

    @rule(side=sides, pick=picks)
    def abort(self, side: bool, pick: int) -> None:
        end = self.end(side)
        if end.streams:
            stream_id = sorted(end.streams)[pick % len(end.streams)]
            if not end.streams[stream_id].closed:
                self.reset.add(stream_id)
            end.mux.reset(end.streams[stream_id])

    @rule(side=sides, size=st.sampled_from([1, 20_000, 65_536]))
    def carry_a_turn(self, side: bool, size: int) -> None:
        self.end(not side).receive(b"".join(self.end(side).mux.take(size)))

    @rule(side=sides, pick=picks, size=st.sampled_from([1, 5000, 200_000, None]))
    def consume(self, side: bool, pick: int, size: int | None) -> None:
        end = self.end(side)
        if end.unconsumed:
            end.consume(sorted(end.unconsumed)[pick % len(end.unconsumed)], size)

    @rule(side=sides)
    def ping(self, side: bool) -> None:
        self.end(side).mux.ping(self.written)

    @invariant()
    def nobody_has_more_than_was_sent(self) -> None:
        for side in (True, False):
            for stream_id, data in self.end(not side).received.items():
                assert self.sent[side, stream_id].startswith(data)

    @invariant()
    def credit_is_kept(self) -> None:
        for side in (True, False):
            for stream in self.end(side).mux.streams.values():
                assert stream.receive_credit >= 0
                assert stream.send_credit >= 0
                assert INITIAL_WINDOW <= stream.window <= INITIAL_WINDOW + WINDOW_BEYOND
                if not stream.fin_received:
                    assert stream.receive_credit + stream.held + stream.unreported == stream.window

    @invariant()
    def the_budget_is_the_sum_of_what_the_streams_hold(self) -> None:
        for side in (True, False):
            mux = self.end(side).mux
            assert mux.budget.used == sum(s.held + s.queued for s in mux.streams.values())

    def teardown(self) -> None:
        if not hasattr(self, "pair"):
            return
        pair = self.pair
        pair.carry()
        pair.carry(consume=True)
        for (side, stream_id), data in self.sent.items():
            if stream_id not in self.reset:
                assert self.end(not side).received.get(stream_id, b"") == data
                assert (stream_id in self.end(not side).ended) == ((side, stream_id) in self.ended)
        for side in (True, False):
            end = self.end(side)
            assert not end.mux.wants_write
            assert end.were_reset <= self.reset
            closed = {i for i, s in end.streams.items() if s.closed}
            assert set(end.mux.streams) == set(end.streams) - closed
            assert all(i in closed for i in end.streams if (True, i) in self.ended and (False, i) in self.ended)
            end.mux.abandon()
            assert end.mux.budget.used == 0
            assert end.mux._peer_streams == 0
            assert drained(end.mux) == b""


Tunnel.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
test_random_lives_of_two_ends = Tunnel.TestCase
