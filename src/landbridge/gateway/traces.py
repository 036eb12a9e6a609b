"""Identity traces: what connectors say about how they came to a user, for subaccounts that asked for it (opt-in)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

Step = dict[str, str]

KEEP = 100


@dataclass(frozen=True, slots=True)
class IdentityTrace:
    """The steps of one request, in order. `time` is when the answer began, seconds since the epoch."""

    request_id: str
    subaccount_id: str
    connector_id: str
    time: float
    steps: tuple[Step, ...]


class TraceBook:
    """The last traces of each subaccount. In memory alone: they hold names of people."""

    def __init__(self) -> None:
        self._kept: dict[str, OrderedDict[str, IdentityTrace]] = {}
        self._sizes: dict[str, int] = {}

    def enable(self, subaccount_id: str, keep: int = KEEP) -> None:
        """Keep the last `keep` traces of a subaccount; 0 stops and forgets them."""
        if keep > 0:
            self._sizes[subaccount_id] = keep
            self._trim(self._kept.setdefault(subaccount_id, OrderedDict()), keep)
        else:
            self._sizes.pop(subaccount_id, None)
            self._kept.pop(subaccount_id, None)

    def wants(self, subaccount_id: str) -> bool:
        """Whether requests of this subaccount shall be traced."""
        return subaccount_id in self._sizes

    def put(self, trace: IdentityTrace) -> None:
        """Keep a trace, and forget the oldest beyond the number to keep."""
        kept = self._kept.get(trace.subaccount_id)
        if kept is None:
            return
        kept[trace.request_id] = trace
        self._trim(kept, self._sizes[trace.subaccount_id])

    def get(self, request_id: str, subaccount_id: str | None = None) -> IdentityTrace | None:
        """The trace of a request, in one subaccount or in any."""
        books = self._kept.values() if subaccount_id is None else [self._kept.get(subaccount_id, OrderedDict())]
        return next((kept[request_id] for kept in books if request_id in kept), None)

    def requests(self, subaccount_id: str) -> tuple[str, ...]:
        """Ids of the traced requests, the newest last."""
        return tuple(self._kept.get(subaccount_id, ()))

    def kept(self, subaccount_id: str) -> tuple[int, tuple[IdentityTrace, ...]]:
        """How many traces shall be kept, and those that are, the newest last."""
        return self._sizes.get(subaccount_id, 0), tuple(self._kept.get(subaccount_id, {}).values())

    def clear(self) -> None:
        """Forget all traces, and who asked for them."""
        self._kept.clear()
        self._sizes.clear()

    @staticmethod
    def _trim(kept: OrderedDict[str, IdentityTrace], keep: int) -> None:
        while len(kept) > keep:
            kept.popitem(last=False)
