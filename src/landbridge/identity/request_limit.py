"""How many requests one client may send for one tenant: a token bucket for each (destination-service §10)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from math import ceil

from landbridge.faults import FaultError, fault
from landbridge.model.clock import Clock

_REMEMBERED = 10_000


@dataclass(slots=True)
class RequestLimit:
    """Counts the requests of clients that have proven themselves: nobody can use up what belongs to another.

    clock  seconds
    rate   requests a second, on average; 0 for no limit
    burst  requests that may come at once, after a quiet time
    """

    clock: Clock
    rate: float = 0
    burst: int = 1
    _buckets: OrderedDict[tuple[str, str], tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, client_id: str, tenant: str) -> None:
        """Count one request. Raises `FaultError` (`platform.too-many-requests`, with the time to wait)."""
        if not self.rate:
            return
        now, key = self.clock(), (client_id, tenant)
        left, since = self._buckets.pop(key, (float(self.burst), now))
        left = min(self.burst, left + max(0.0, now - since) * self.rate)
        self._buckets[key] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        if left < 1:
            seconds = ceil((1 - left) / self.rate)
            raise FaultError(fault("platform.too-many-requests", client=client_id, rate=self.rate, seconds=seconds))

    def clear(self) -> None:
        """Begin anew for everybody."""
        self._buckets.clear()
