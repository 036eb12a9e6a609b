"""Memory: what the programs hold before, during and after a long stream. It should stay flat."""

from __future__ import annotations

import time

from bench.lanes import Stalled, road
from bench.nouns import Direction, MemoryRun, Subject
from bench.processes import peak, reset_peak, resident

_LONGEST = 120.0


def run(subject: Subject, direction: Direction, octets: int, body: int) -> list[MemoryRun]:
    """Move `octets` bytes over one connection; one answer for each program of the subject. Raises `Stalled`.

    One body goes first without being looked at: buffers that are made once and kept are no growth.
    """
    _stream(subject, direction, 1, body)
    before = {name: resident(pid) for name, pid in subject.programs.items()}
    for pid in subject.programs.values():
        reset_peak(pid)
    _stream(subject, direction, max(1, octets // body), body)
    return [
        MemoryRun(
            subject=subject.name,
            program=name,
            direction=direction,
            octets=octets,
            before=before[name],
            peak=peak(pid),
            after=resident(pid),
        )
        for name, pid in subject.programs.items()
    ]


def _stream(subject: Subject, direction: Direction, bodies: int, body: int) -> None:
    with road(subject, direction, 1, body, bodies) as lanes:
        lanes.drive(until=time.monotonic() + _LONGEST)
        if not lanes.done:
            raise Stalled(f"{bodies * body:,} bytes took more than {_LONGEST:.0f} s")
