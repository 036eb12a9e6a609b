"""The tables of the part `find`."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from bench.figures import OURS, Grouped
from bench.find_database import DESTINATIONS
from bench.nouns import FindRuns, RequestRun

PEER = "empty endpoint"

Table = Callable[[Sequence[str], Sequence[Sequence[str]]], str]


def tables(runs: FindRuns, table: Table) -> str:
    """Markdown; `table` lays one out."""
    parts = []
    if runs.requests:
        parts += [
            f"### Find with a cached token among {DESTINATIONS:,} destinations, requests per second",
            "One destination, again and again:",
            _compared(runs.requests, table),
            "A thousand destinations in turn:",
            _compared(runs.turns, table),
        ]
    listing = runs.listing
    parts.append(f"### Around {DESTINATIONS:,} destinations")
    rows = [
        ["list: first byte", f"{listing.first * 1000:,.0f} ms"],
        ["list: all of it", f"{listing.last:.2f} s, {listing.octets / 2**20:.1f} MiB"],
        ["list: memory before / at most", f"{listing.before / 1024:.1f} / {listing.peak / 1024:.1f} MiB"],
        ["start until ready: median, quickest", f"{statistics.median(runs.start):.2f} s, {min(runs.start):.2f} s"],
        ["start: processor time (median)", f"{statistics.median(runs.start_cpu):.2f} s"],
        ["reset of a typical landscape: first / median of the next", _milliseconds(runs.reset)],
    ]
    parts.append(table(["what", "figure"], rows))
    return "\n\n".join(parts)


def _compared(runs: Sequence[RequestRun], table: Table) -> str:
    grouped = Grouped(runs)
    rows = []
    for kind in grouped.kinds:
        ours, peer = grouped.rate(kind, OURS) or 0.0, grouped.rate(kind, PEER) or 0.0
        cpu = [_cpu(grouped.runs(kind, name)) for name in (PEER, OURS)]
        latency = [_latency(grouped.runs(kind, name)) for name in (PEER, OURS)]
        rows.append([kind, f"{peer:,.0f}", f"{ours:,.0f}", f"**{peer / ours:.2f}**" if ours else "–", *cpu, *latency])
    both = ("CPU µs", "p50 / p99 ms")
    head = [PEER, "find", f"{PEER} ÷ find", *(f"{name} {what}" for what in both for name in (PEER, "find"))]
    return table(["connections", *head], rows)


def _milliseconds(resets: Sequence[float]) -> str:
    return f"{resets[0] * 1000:.0f} / {statistics.median(resets[1:]) * 1000:.0f} ms"


def _cpu(runs: Sequence[RequestRun]) -> str:
    """Processor time for each request: what a busy machine distorts least."""
    each = [sum(run.cpu.values()) / run.requests * 1e6 for run in runs if run.requests]
    return f"{statistics.median(each):,.0f}" if each else "–"


def _latency(runs: Sequence[RequestRun]) -> str:
    return f"{statistics.median(run.p50 for run in runs):.2f} / {statistics.median(run.p99 for run in runs):.2f}"
