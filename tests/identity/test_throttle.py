from __future__ import annotations

import asyncio

import pytest

from landbridge.faults import FaultError
from landbridge.identity.throttle import Throttle
from tests.identity.seed import ManualClock

pytestmark = pytest.mark.anyio


async def attempt(throttle: Throttle, name: str, address: str, right: bool = False) -> str:
    async def login() -> str | None:
        await asyncio.sleep(0)
        return "in" if right else None

    try:
        return await throttle.guard(name, address, login) or "out"
    except FaultError as error:
        return error.fault.params["seconds"]


async def test_after_too_many_failures_a_name_has_to_wait() -> None:
    clock = ManualClock()
    throttle = Throttle(clock, per_name=3, per_address=100, window=60)
    for _ in range(3):
        assert await attempt(throttle, "alice", "a") == "out"
        clock.now += 10
    assert await attempt(throttle, "alice", "b", right=True) == "30", "from anywhere, with any password"
    assert await attempt(throttle, "bob", "a", right=True) == "in"
    clock.now += 30
    assert await attempt(throttle, "alice", "b", right=True) == "in"


async def test_after_too_many_failures_an_address_has_to_wait() -> None:
    throttle = Throttle(ManualClock(), per_name=100, per_address=3, window=60)
    assert [await attempt(throttle, f"user-{n}", "a") for n in range(4)] == ["out", "out", "out", "60"]
    assert await attempt(throttle, "user-9", "b", right=True) == "in"
    assert await attempt(throttle, "user-9", "", right=True) == "in", "without an address only names count"


async def test_a_success_forgets_the_failures_of_the_name_only() -> None:
    throttle = Throttle(ManualClock(), per_name=3, per_address=5, window=60)
    for _ in range(2):
        await attempt(throttle, "alice", "a")
    assert await attempt(throttle, "alice", "a", right=True) == "in"
    assert [await attempt(throttle, "alice", "a") for _ in range(3)] == ["out"] * 3
    assert await attempt(throttle, "bob", "a", right=True) == "60"


async def test_guessing_at_the_same_time_gains_nothing() -> None:
    throttle = Throttle(ManualClock(), per_name=3, per_address=100, window=60)
    wrong = [attempt(throttle, "alice", "a") for _ in range(20)]
    answers = await asyncio.gather(*wrong, attempt(throttle, "alice", "a", right=True))
    assert answers[-1] == "60"
    many = await asyncio.gather(*(attempt(throttle, "bob", "b", right=True) for _ in range(20)))
    assert many == ["in"] * 20, "many good logins at once are no attack"


async def test_memory_is_bounded() -> None:
    throttle = Throttle(ManualClock(), per_name=1, per_address=100_000)
    for number in range(10_100):
        await attempt(throttle, f"user-{number}", "")
    assert await attempt(throttle, "user-0", "") == "out"
    assert await attempt(throttle, "user-10099", "") == "300"
