"""Token buckets by client and tenant."""

from __future__ import annotations

import pytest

from landbridge.faults import FaultError
from landbridge.identity.request_limit import _REMEMBERED, RequestLimit
from tests.identity.seed import ManualClock


def wait(limit: RequestLimit, client: str = "c", tenant: str = "t") -> str | None:
    """What a request is told: None when it passes, else the seconds to wait."""
    try:
        limit.take(client, tenant)
    except FaultError as error:
        return error.fault.params["seconds"]
    return None


def test_without_a_rate_nothing_is_limited() -> None:
    limit = RequestLimit(ManualClock())
    assert not any(wait(limit) for _ in range(1000))


def test_a_burst_passes_and_then_the_rate_counts() -> None:
    clock = ManualClock()
    limit = RequestLimit(clock, rate=2, burst=3)
    assert [wait(limit) for _ in range(4)] == [None, None, None, "1"]
    clock.now += 0.5
    assert [wait(limit), wait(limit)] == [None, "1"]
    clock.now += 1000
    assert [wait(limit) for _ in range(4)] == [None, None, None, "1"], "no more than a burst is saved up"


def test_who_is_refused_loses_nothing_by_asking() -> None:
    clock = ManualClock()
    limit = RequestLimit(clock, rate=0.1, burst=1)
    assert [wait(limit), wait(limit), wait(limit)] == [None, "10", "10"]
    clock.now += 9
    assert wait(limit) == "1"
    clock.now += 1
    assert wait(limit) is None


@pytest.mark.parametrize(("client", "tenant"), [("other", "t"), ("c", "other")])
def test_clients_and_tenants_have_buckets_of_their_own(client: str, tenant: str) -> None:
    limit = RequestLimit(ManualClock(), rate=1, burst=1)
    assert [wait(limit), wait(limit)] == [None, "1"]
    assert wait(limit, client, tenant) is None


def test_a_clock_that_goes_back_harms_nobody() -> None:
    clock = ManualClock()
    limit = RequestLimit(clock, rate=1, burst=2)
    assert wait(limit) is None
    clock.now -= 1000
    assert [wait(limit), wait(limit)] == [None, "1"]
    clock.now += 1
    assert wait(limit) is None


def test_it_begins_anew_after_a_reset() -> None:
    limit = RequestLimit(ManualClock(), rate=1, burst=1)
    assert wait(limit) is None
    limit.clear()
    assert wait(limit) is None


def test_memory_is_bounded() -> None:
    limit = RequestLimit(ManualClock(), rate=1, burst=1)
    for number in range(_REMEMBERED + 10):
        limit.take(f"c-{number}", "t")
    assert len(limit._buckets) == _REMEMBERED
