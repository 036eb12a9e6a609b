"""New connections: what an application that keeps none alive pays."""

from __future__ import annotations

import statistics
import time

from bench.client import ask
from bench.nouns import SetupRun, Subject
from bench.processes import cpu_seconds, spent


def run(subject: Subject, connections: int) -> SetupRun:
    """Connect, ask for the small answer, close; one after another. Raises `WrongAnswer` or `OSError`."""
    ask(subject, "GET", "/small")
    cpu, times = cpu_seconds(subject.programs), []
    for _ in range(connections):
        begin = time.perf_counter()
        ask(subject, "GET", "/small")
        times.append((time.perf_counter() - begin) * 1000)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return SetupRun(subject.name, connections, cuts[49], cuts[98], spent(cpu, cpu_seconds(subject.programs)))
