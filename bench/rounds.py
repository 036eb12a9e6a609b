"""Alternating rounds: every subject once, then every subject again, so that a noisy machine is noisy for all."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product
from typing import TypeVar

from bench import bulk, drain, idle, memory, setup, wrk
from bench.client import WrongAnswer, ask
from bench.lanes import Stalled
from bench.nouns import BulkRun, Direction, IdleRun, MemoryRun, RequestRun, SetupRun, Subject
from bench.options import Options
from bench.processes import NotStarted
from bench.quiet import Quiet

Talk = Callable[[str], None]
"""Where progress goes: a line for people."""

_Run = TypeVar("_Run")
_FAILURES = (NotStarted, Stalled, WrongAnswer, OSError, subprocess.TimeoutExpired)


def requests(
    program: str, subjects: Sequence[Subject], options: Options, quiet: Quiet, talk: Talk
) -> Iterator[RequestRun]:
    """Runs of wrk at each number of connections."""
    for connections in options.connections:
        for subject in _alternating(subjects, options.rounds):
            quiet.wait()
            run = _try(partial(_request_run, program, subject, connections, options.seconds), subject, talk)
            if run is not None:
                talk(f"{subject.name:20} {connections:4} connections {run.rate:10,.0f} requests/s {_lost(run)}")
                yield run


def _request_run(program: str, subject: Subject, connections: int, seconds: float) -> RequestRun:
    ask(subject, "GET", "/small")  # a rate of wrong answers is no rate
    return wrk.run(program, subject, connections, seconds)


def bulks(
    backend: Subject, subjects: Sequence[Subject], options: Options, quiet: Quiet, talk: Talk
) -> Iterator[BulkRun]:
    """Big bodies down and up at each number of connections."""
    for direction, connections in product(Direction, options.connections):
        for subject in _alternating(subjects, options.rounds):
            drain.wait()
            quiet.wait()
            measure = partial(bulk.run, subject, backend, direction, connections, options.seconds, options.body)
            run = _try(measure, subject, talk)
            if run is not None:
                talk(f"{subject.name:20} {connections:4} connections {direction} {run.rate:8,.0f} MiB/s")
                yield run


def memories(subjects: Sequence[Subject], options: Options, talk: Talk) -> Iterator[MemoryRun]:
    """A long stream through each subject, down and up."""
    for direction, subject in product(Direction, subjects):
        for run in _try(partial(memory.run, subject, direction, options.stream, options.body), subject, talk) or ():
            talk(f"{run.program:20} {direction} {run.before:,} KiB before, {run.peak:,} peak, {run.after:,} after")
            yield run


def setups(subjects: Sequence[Subject], options: Options, quiet: Quiet, talk: Talk) -> Iterator[SetupRun]:
    """New connections, one after another."""
    for subject in _alternating(subjects, options.rounds):
        quiet.wait()
        run = _try(partial(setup.run, subject, options.setups), subject, talk)
        if run is not None:
            talk(f"{subject.name:20} connection with first answer: p50 {run.p50:.2f} ms, p99 {run.p99:.2f} ms")
            yield run


def idles(subjects: Sequence[Subject], options: Options, talk: Talk) -> Iterator[IdleRun]:
    """What is held while nothing happens; the smallest first, as what ended leaves room that the next can use."""
    for measure in (idle.tunnels, idle.streams, idle.connections):
        for subject in subjects:
            for run in _try(partial(measure, subject, options.idle), subject, talk) or ():
                talk(f"{run.subject} {run.program:15} {run.each:8.1f} KiB for each of {run.count} idle {run.what}")
                yield run


def _lost(run: RequestRun) -> str:
    return f"({run.errors} failed!)" if run.errors else ""


def _alternating(subjects: Sequence[Subject], rounds: int) -> Iterator[Subject]:
    for turn in range(rounds):
        first = turn % len(subjects)
        yield from (*subjects[first:], *subjects[:first])


def _try(measure: Callable[[], _Run], subject: Subject, talk: Talk) -> _Run | None:
    """One broken run must not take the other numbers away; it is told and left out."""
    try:
        return measure()
    except _FAILURES as failure:
        talk(f"{subject.name}: run failed: {type(failure).__name__}: {failure}")
        return None
