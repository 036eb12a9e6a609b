"""From runs to figures. Of several runs of one kind the median counts, for each figure by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any, Generic, TypeVar

from bench.nouns import BulkRun, RequestRun, Results

OURS = "landbridge"
COMPILED = "landbridge compiled"
DIRECT = "direct"
_ORDER = {OURS: 1, COMPILED: 2}
"""Ours, in their order behind the peers."""

Run = TypeVar("Run", bound=RequestRun | BulkRun)


class Grouped(Generic[Run]):
    """Runs by kind (`32`, `32 down`) and subject, both in a sensible order."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self._cells: dict[str, dict[str, list[Run]]] = {}
        for run in runs:
            self._cells.setdefault(kind(run), {}).setdefault(run.subject, []).append(run)
        found = dict.fromkeys(name for row in self._cells.values() for name in row)
        self.subjects = sorted(found, key=lambda name: (name != DIRECT, _ORDER.get(name, 0)))
        self.kinds = list(self._cells)

    @property
    def peers(self) -> list[str]:
        """The subjects to which we compare; none when we were not measured."""
        return [name for name in self.subjects if name not in {*_ORDER, DIRECT}] if self.ours else []

    @property
    def ours(self) -> list[str]:
        """What of us was measured."""
        return [name for name in self.subjects if name in _ORDER]

    def runs(self, kind: str, subject: str) -> Sequence[Run]:
        return self._cells[kind].get(subject, [])

    def rate(self, kind: str, subject: str) -> float | None:
        """The median rate; None without a run."""
        return middle(self.runs(kind, subject), lambda run: run.rate)

    def ratio(self, kind: str, peer: str, ours: str = OURS) -> float | None:
        """Our rate divided by that of a peer; None when one of them is missing."""
        rate, theirs = self.rate(kind, ours), self.rate(kind, peer)
        return round(rate / theirs, 2) if rate is not None and theirs else None


def kind(run: RequestRun | BulkRun) -> str:
    """What makes runs comparable: connections, and the direction of a body."""
    return f"{run.connections} {run.direction}" if isinstance(run, BulkRun) else str(run.connections)


def middle(runs: Sequence[Run], get: Callable[[Run], float]) -> float | None:
    """The median of a figure; None without a run."""
    return median(get(run) for run in runs) if runs else None


def as_json(results: Results, machine: Mapping[str, str]) -> dict[str, Any]:
    """Machine, ratios and every single run."""
    return {
        "machine": dict(machine),
        "ratios": {"requests": _ratios(Grouped(results.requests)), "bulk": _ratios(Grouped(results.bulk))},
        "requests": [{**asdict(run), "rate": run.rate} for run in results.requests],
        "bulk": [{**asdict(run), "rate": run.rate} for run in results.bulk],
        "memory": [asdict(run) for run in results.memory],
        "setup": [asdict(run) for run in results.setup],
        "idle": [{**asdict(run), "each": run.each} for run in results.idle],
        "find": asdict(results.find) if results.find else None,
        "checks": [asdict(timing) for timing in results.checks],
        "notes": list(results.notes),
    }


def _ratios(grouped: Grouped[Run]) -> dict[str, dict[str, float | None]]:
    return {kind: {peer: grouped.ratio(kind, peer) for peer in grouped.peers} for kind in grouped.kinds}
