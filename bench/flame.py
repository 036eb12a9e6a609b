"""Flame graphs of our programs under load, with py-spy where it is installed: the begin of every optimisation."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench import bulk, wrk
from bench.nouns import Direction, Subject

_BODY = 64 * 2**20


def record(py_spy: str, program: str, subject: Subject, backend: Subject, folder: Path, seconds: float) -> list[Path]:
    """One graph for each program and kind of load: small requests at 32 connections, bulk down and up at one."""
    loads: dict[str, Callable[[], object]] = {
        "requests": partial(wrk.run, program, subject, 32, seconds),
        "bulk-down": partial(bulk.run, subject, backend, Direction.DOWN, 1, seconds, _BODY),
        "bulk-up": partial(bulk.run, subject, backend, Direction.UP, 1, seconds, _BODY),
    }
    written = []
    for load, put in loads.items():
        graphs = {pid: folder / f"profile-{load}-{name}.svg" for name, pid in subject.programs.items()}
        with _recorders(py_spy, graphs, seconds):
            put()
        written += [graph for graph in graphs.values() if graph.exists()]
    return written


@contextmanager
def _recorders(py_spy: str, graphs: dict[int, Path], seconds: float) -> Iterator[None]:
    length = str(max(1, round(seconds)))
    recorders = [
        subprocess.Popen(
            [py_spy, "record", "--native", "--rate", "200", "-d", length, "-p", str(pid), "-o", str(graph)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for pid, graph in graphs.items()
    ]
    try:
        yield
    finally:
        for recorder in recorders:
            recorder.wait(60)
