"""Waiting before the next attempt."""

from __future__ import annotations

from landbridge.connector.backoff import Backoff


def test_it_doubles_up_to_its_most() -> None:
    backoff = Backoff(0.5, 3.0, lambda: 0.0)
    assert [backoff.next() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    backoff.reset()
    assert backoff.next() == 0.5


def test_chance_shortens_a_wait_by_half_at_most() -> None:
    backoff = Backoff(1.0, 8.0, lambda: 0.999)
    assert 0.5 <= backoff.next() < 0.51
    assert 1.0 <= backoff.next() < 1.01
