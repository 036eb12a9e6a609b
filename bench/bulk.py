"""Bulk throughput: big bodies over some connections at once, for a fixed time.

Downloads are counted here, uploads at the backend: bytes that still sit in somebody's buffer have not been moved.
"""

from __future__ import annotations

import time

from bench.client import ask
from bench.lanes import Road, road
from bench.nouns import BulkRun, Direction, Subject
from bench.processes import cpu_seconds, spent

_WARM_UP = 0.3


def run(
    subject: Subject, backend: Subject, direction: Direction, connections: int, seconds: float, body: int
) -> BulkRun:
    """Stream bodies of `body` bytes for `seconds` after a short warm-up. Raises `Stalled` or `WrongAnswer`."""
    with road(subject, direction, connections, body, bodies=None) as lanes:
        lanes.drive(until=time.monotonic() + _WARM_UP)
        start, cpu, moved = time.monotonic(), cpu_seconds(subject.programs), _moved(lanes, backend, direction)
        lanes.drive(until=start + seconds)
        octets = _moved(lanes, backend, direction) - moved
        return BulkRun(
            subject=subject.name,
            direction=direction,
            connections=connections,
            octets=octets,
            seconds=time.monotonic() - start,
            cpu=spent(cpu, cpu_seconds(subject.programs)),
        )


def _moved(lanes: Road, backend: Subject, direction: Direction) -> int:
    return int(ask(backend, "GET", "/received")) if direction is Direction.UP else lanes.moved
