"""What the doors count for each subaccount, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from landbridge.observe.metrics import Sample

LIMIT = 1000
OTHERS = "other"
"""Stands for all subaccounts beyond the limit."""


@dataclass(slots=True)
class TenantCounters:
    """Plain integers of one subaccount."""

    requests: int = 0
    refusals: dict[str, int] = field(default_factory=dict)


class Tenants:
    """Counters by subaccount. Only verified tokens make an entry, so there are as many as subaccounts."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._counters: dict[str, TenantCounters] = {}
        self._limit = limit

    def of(self, subaccount_id: str) -> TenantCounters:
        """The counters of a subaccount."""
        found = self._counters.get(subaccount_id)
        if found is None:
            name = subaccount_id if len(self._counters) < self._limit else OTHERS
            found = self._counters.setdefault(name, TenantCounters())
        return found

    def refused(self, subaccount_id: str, code: str) -> None:
        """Count a fault that a caller of this subaccount was answered with."""
        refusals = self.of(subaccount_id).refusals
        refusals[code] = refusals.get(code, 0) + 1

    def clear(self) -> None:
        """Forget all counts."""
        self._counters.clear()

    def samples(self) -> Iterator[Sample]:
        """All of them for GET /metrics."""
        for subaccount, counters in self._counters.items():
            labels = {"subaccount": subaccount}
            yield Sample("landbridge_subaccount_requests_total", counters.requests, "Requests admitted.", labels)
            for code, number in counters.refusals.items():
                refused = {**labels, "fault": code}
                yield Sample("landbridge_subaccount_refusals_total", number, "Requests refused, by fault.", refused)
