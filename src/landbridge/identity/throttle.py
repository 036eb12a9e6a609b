"""Failed logins are counted per name and per address; after too many of them the next attempts have to wait."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import ceil
from typing import TypeVar

from landbridge.faults import FaultError, fault
from landbridge.model.clock import Clock

T = TypeVar("T")

PER_NAME = 10
PER_ADDRESS = 50
WINDOW = 300.0
_REMEMBERED = 10_000


@dataclass(slots=True)
class _Counter:
    """Times of recent failures by key. Bounded: the key that failed longest ago is forgotten first."""

    limit: int
    window: float
    failures: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def wait(self, key: str, now: float) -> float:
        """Seconds until the next attempt may be made; 0 when it may be now."""
        times = self.failures.get(key)
        if times is None:
            return 0
        while times and times[0] + self.window <= now:
            times.popleft()
        return times[0] + self.window - now if len(times) >= self.limit else 0

    def count(self, key: str, now: float) -> None:
        self.failures.setdefault(key, deque(maxlen=self.limit)).append(now)
        self.failures.move_to_end(key)
        if len(self.failures) > _REMEMBERED:
            self.failures.popitem(last=False)


class Throttle:
    """Keeps guessing of passwords slow.

    per_name, per_address  failures that are allowed within `window` seconds
    """

    def __init__(
        self, clock: Clock, per_name: int = PER_NAME, per_address: int = PER_ADDRESS, window: float = WINDOW
    ) -> None:
        self._clock = clock
        self._names = _Counter(per_name, window)
        self._addresses = _Counter(per_address, window)

    def check(self, name: str, address: str) -> None:
        """Raises `FaultError` (`identity.too-many-failures`) while the name or the address has to wait.

        name     who logs in, with whatever makes the name unique; it is not told to anybody
        address  where the attempt comes from; empty when nobody knows
        """
        now = self._clock()
        by_name, by_address = self._names.wait(name, now), self._addresses.wait(address, now) if address else 0
        if by_name or by_address:
            what = "this name" if by_name else "this address"
            raise FaultError(fault("identity.too-many-failures", what=what, seconds=ceil(max(by_name, by_address))))

    async def guard(self, name: str, address: str, login: Callable[[], Awaitable[T | None]]) -> T | None:
        """What `login` finds out; None counts as a failure. Raises `FaultError` as `check` does.

        Asked again after the login: of many attempts at the same time, only the allowed number learns anything.
        """
        self.check(name, address)
        found = await login()
        if found is None:
            self._failed(name, address)
            return None
        self.check(name, address)
        self._names.failures.pop(name, None)
        return found

    def clear(self) -> None:
        """Forget all failures."""
        self._names.failures.clear()
        self._addresses.failures.clear()

    def _failed(self, name: str, address: str) -> None:
        now = self._clock()
        self._names.count(name, now)
        if address:
            self._addresses.count(address, now)
