from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.token_cache import TokenCache
from landbridge.faults import FaultError, fault
from tests.destinations.auth.stage import Clock

pytestmark = pytest.mark.anyio


class Service:
    """A token service that answers when the test says so, with a new token each time."""

    def __init__(self, expires_in: str | None = "3600") -> None:
        self.expires_in = expires_in
        self.calls = 0
        self.cancelled = 0
        self.answering = asyncio.Event()
        self.answering.set()
        self.failing = False
        self.moving: Callable[[], None] = lambda: None

    async def __call__(self) -> AuthToken:
        self.calls += 1
        number = self.calls
        try:
            await self.answering.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        self.moving()
        if self.failing:
            raise FaultError(fault("destination.token-refused", url="x", status=401, answer="no"))
        return AuthToken("Bearer", f"t-{number}", self.expires_in, refresh_token="r")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> TokenCache:
    return TokenCache(clock)


async def test_a_token_is_used_again_with_what_remains(cache: TokenCache, clock: Clock) -> None:
    service = Service()
    first = await cache.get(b"k", service)
    assert first == AuthToken("Bearer", "t-1", "3600", refresh_token="r")
    clock.now += 600.5
    assert await cache.get(b"k", service) == AuthToken("Bearer", "t-1", "2999", refresh_token="r")
    assert service.calls == 1


async def test_the_margin(cache: TokenCache, clock: Clock) -> None:
    service = Service()
    await cache.get(b"k", service)
    clock.now += 3539.9
    assert (await cache.get(b"k", service)).expires_in == "60"
    clock.now += 0.1
    assert await cache.get(b"k", service) == AuthToken("Bearer", "t-2", "3600", refresh_token="r")


async def test_life_counts_from_before_the_request(cache: TokenCache, clock: Clock) -> None:
    service = Service()

    def slow() -> None:
        clock.now += 7

    service.moving = slow
    await cache.get(b"k", service)
    assert (await cache.get(b"k", service)).expires_in == "3593"


async def test_a_clock_that_is_set_back_does_not_make_tokens_older_than_they_are(
    cache: TokenCache, clock: Clock
) -> None:
    service = Service()
    await cache.get(b"k", service)
    clock.now -= 5000
    assert (await cache.get(b"k", service)).value == "t-2"


@pytest.mark.parametrize("expires_in", [None, "0", "60", "9" * 400])
async def test_tokens_without_a_usable_end_are_not_kept(cache: TokenCache, expires_in: str | None) -> None:
    service = Service(expires_in)
    for number in (1, 2):
        token = await cache.get(b"k", service)
        assert (token.value, token.expires_in) == (f"t-{number}", expires_in)
    assert len(cache) == 0


async def test_one_fetch_for_all_who_wait(cache: TokenCache) -> None:
    service = Service()
    service.answering.clear()
    waiting = [asyncio.create_task(cache.get(b"k", service)) for _ in range(20)]
    other = asyncio.create_task(cache.get(b"other", service))
    await asyncio.sleep(0)
    service.answering.set()
    assert {token.value for token in await asyncio.gather(*waiting)} == {"t-1"}
    assert (await other).value == "t-2"
    assert service.calls == 2


async def test_a_failure_is_everybodys_and_is_forgotten(cache: TokenCache) -> None:
    service = Service()
    service.answering.clear()
    service.failing = True
    waiting = [asyncio.create_task(cache.get(b"k", service)) for _ in range(3)]
    await asyncio.sleep(0)
    service.answering.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [FaultError] * 3
    assert len({id(result) for result in results}) == 3, "no exception is raised twice"
    assert service.calls == 1
    service.failing = False
    assert (await cache.get(b"k", service)).value == "t-2"


async def test_who_is_cancelled_leaves_the_fetch_to_the_others(cache: TokenCache) -> None:
    service = Service()
    service.answering.clear()
    first, second = (asyncio.create_task(cache.get(b"k", service)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    service.answering.set()
    assert (await second).value == "t-1"
    with pytest.raises(asyncio.CancelledError):
        await first
    assert service.cancelled == 0


async def test_the_last_who_is_cancelled_takes_the_fetch_along(cache: TokenCache) -> None:
    service = Service()
    service.answering.clear()
    waiting = [asyncio.create_task(cache.get(b"k", service)) for _ in range(2)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    late = asyncio.create_task(cache.get(b"k", service))
    await asyncio.sleep(0)
    service.answering.set()
    assert (await late).value == "t-2", "not the fetch that was given up"
    assert service.cancelled == 1


async def test_cleared_means_forgotten(cache: TokenCache) -> None:
    service = Service()
    await cache.get(b"k", service)
    cache.clear()
    assert (await cache.get(b"k", service)).value == "t-2"


async def test_a_fetch_from_before_clearing_leaves_nothing_behind(cache: TokenCache) -> None:
    service = Service()
    service.answering.clear()
    before = asyncio.create_task(cache.get(b"k", service))
    await asyncio.sleep(0)
    cache.clear()
    after = asyncio.create_task(cache.get(b"k", service))
    await asyncio.sleep(0)
    service.answering.set()
    assert ((await before).value, (await after).value) == ("t-1", "t-2")
    assert (await cache.get(b"k", service)).value == "t-2"


async def test_the_cache_is_bounded_and_forgets_what_was_not_used_for_longest(clock: Clock) -> None:
    cache, service = TokenCache(clock, size=3100), Service()
    for key in (b"a", b"b", b"c"):
        await cache.get(key, service)
    await cache.get(b"a", service)
    await cache.get(b"d", service)
    assert len(cache) == 3
    assert (await cache.get(b"a", service)).value == "t-1"
    assert (await cache.get(b"b", service)).value == "t-5"


async def test_a_token_larger_than_the_cache_is_handed_out_and_not_kept(clock: Clock) -> None:
    cache, service = TokenCache(clock, size=500), Service()
    assert (await cache.get(b"a", service)).value == "t-1"
    assert (await cache.get(b"a", service)).value == "t-2"
