"""The tables: Markdown that also reads well in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import median

from bench import find_report
from bench.figures import Grouped, Run
from bench.nouns import BulkRun, IdleRun, MemoryRun, RequestRun, Results, SetupRun, Timing

_NOTHING = "–"


def tables(results: Results) -> str:
    """All tables of a run, one below the other, then the notes."""
    return "\n\n".join(_parts(results))


def _parts(results: Results) -> Iterator[str]:
    if results.requests:
        requests = Grouped(results.requests)
        yield "### Requests per second (128-byte answer, kept-alive connections)"
        yield _rates(requests)
        yield from _ratios(requests)
        yield "### Latency in ms: p50 / p90 / p99"
        yield _each(requests, _latency)
        yield "### Processor time in µs per request"
        yield _each(requests, lambda runs: _cpu(runs, lambda run: run.requests / 1e6))
    if results.bulk:
        bulk = Grouped(results.bulk)
        yield "### Bulk throughput in MiB/s (bodies of 64 MiB)"
        yield _rates(bulk)
        yield from _ratios(bulk)
        yield "### Processor time in µs per MiB"
        yield _each(bulk, lambda runs: _cpu(runs, _millions_of_mib))
    if results.memory:
        yield "### Resident memory in MiB around a long stream"
        yield table(["stream", "way", "program", "before", "peak", "after"], map(_memory, results.memory))
    if results.setup:
        yield "### A new connection: from connecting to the end of a first small answer, ms"
        yield table(["way", "connections", "p50", "p99", "processor time in µs each"], _setups(results.setup))
    if results.idle:
        yield "### Memory that idle things hold, KiB each"
        yield table(["what", "way", "program", "how many", "each"], map(_idle, results.idle))
    if results.find:
        yield find_report.tables(results.find, table)
    if results.checks:
        yield "### What a user waits for, ms"
        yield table(["what", "median", "aim"], map(_timing, results.checks))
    if results.notes:
        yield "\n".join(f"- {note}" for note in results.notes)


def _timing(timing: Timing) -> list[str]:
    return [timing.what, f"{timing.seconds * 1000:,.0f}", f"{timing.aim * 1000:,.0f}" if timing.aim else _NOTHING]


def _rates(grouped: Grouped[Run]) -> str:
    return _each(grouped, lambda runs: f"{median(run.rate for run in runs):,.0f}")


def _ratios(grouped: Grouped[Run]) -> Iterator[str]:
    """Our rate divided by that of each peer."""
    rows = [
        [kind, ours, *(_cell(grouped.ratio(kind, peer, ours), "**{:.2f}**") for peer in grouped.peers)]
        for kind in grouped.kinds
        for ours in grouped.ours
    ]
    if grouped.peers:
        yield table(["connections", "ours", *(f"÷ {peer}" for peer in grouped.peers)], rows)


def _cell(figure: float | None, form: str) -> str:
    return _NOTHING if figure is None else form.format(figure)


def _each(grouped: Grouped[Run], cell: Callable[[Sequence[Run]], str]) -> str:
    rows: list[list[str]] = []
    for kind in grouped.kinds:
        found = [grouped.runs(kind, name) for name in grouped.subjects]
        rows.append([kind, *(cell(runs) if runs else _NOTHING for runs in found)])
    return table(["connections", *grouped.subjects], rows)


def _latency(runs: Sequence[RequestRun]) -> str:
    figures = [[run.p50 for run in runs], [run.p90 for run in runs], [run.p99 for run in runs]]
    return " / ".join(f"{median(some):.2f}" for some in figures)


def _cpu(runs: Sequence[Run], units: Callable[[Run], float]) -> str:
    """`total (program + program)` for each unit of work."""
    usable = [run for run in runs if units(run)]
    if not usable:
        return _NOTHING
    each = {name: median(run.cpu[name] / units(run) for run in usable) for name in usable[0].cpu}
    parts = " + ".join(f"{name} {value:,.0f}" for name, value in each.items())
    return f"{sum(each.values()):,.0f} ({parts})" if len(each) > 1 else f"{sum(each.values()):,.0f}"


def _millions_of_mib(run: BulkRun) -> float:
    return run.octets / 2**20 / 1e6


def _memory(run: MemoryRun) -> list[str]:
    stream = f"{run.octets / 2**30:g} GiB {run.direction}"
    return [stream, run.subject, run.program, *(f"{kib / 1024:.1f}" for kib in (run.before, run.peak, run.after))]


def _setups(runs: Sequence[SetupRun]) -> Iterator[list[str]]:
    for name in dict.fromkeys(run.subject for run in runs):
        some = [run for run in runs if run.subject == name]
        figures = [f"{median(run.p50 for run in some):.2f}", f"{median(run.p99 for run in some):.2f}"]
        cpu = median(sum(run.cpu.values()) / run.connections * 1e6 for run in some)
        yield [name, f"{some[0].connections:,}", *figures, f"{cpu:,.0f}"]


def _idle(run: IdleRun) -> list[str]:
    return [run.what, run.subject, run.program, f"{run.count:,}", f"{run.each:,.1f}"]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A padded Markdown table: the first column to the left, figures to the right."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rule = "|".join([f" {'-' * widths[0]} ", *(f" {'-' * (width - 1)}: " for width in widths[1:])])
    first, *rest = (_line(line, widths) for line in lines)
    return "\n".join([first, f"|{rule}|", *rest])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cells[0].ljust(widths[0]),
        *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)),
    ]
    return f"| {' | '.join(padded)} |"
