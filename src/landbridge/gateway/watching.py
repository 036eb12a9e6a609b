"""How much goes through a tunnel while somebody does something: counted from outside, at no cost for traffic."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from landbridge.wire.mux import Mux

INTERVAL = 0.01
"""Seconds between looks at what is open."""


@dataclass(slots=True)
class Traffic:
    """What was opened since the watching began, and how long it was open.

    seconds  that all of it was open, added up: two at once for a second are two
    """

    opened: int = 0
    seconds: float = 0.0
    _left: dict[Mux, int] = field(default_factory=dict)

    def look(self, connections: Iterable[Mux], passed: float) -> None:
        """Count what was opened since the last look, `passed` seconds ago, and what is open. One stream controls."""
        for one in connections:
            left = one.ids_left
            self.opened += self._left.get(one, left) - left
            self._left[one] = left
            self.seconds += max(len(one.streams) - 1, 0) * passed


async def watched(connections: Callable[[], Iterable[Mux]], seconds: float) -> Traffic:
    """What goes through these connections for so many seconds."""
    loop = asyncio.get_running_loop()
    traffic = Traffic()
    last = loop.time()
    end = last + seconds
    traffic.look(connections(), 0.0)
    while last < end:
        await asyncio.sleep(INTERVAL)
        now = loop.time()
        traffic.look(connections(), now - last)
        last = now
    return traffic
