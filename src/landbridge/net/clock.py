"""The real clock, and one that can be moved."""

from __future__ import annotations

import time

from landbridge.model.clock import Clock

system_clock: Clock = time.time


class MovableClock:
    """Another clock, set forward or back by an offset: tests let tokens expire without waiting (laptop profile)."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._offset = 0.0

    def __call__(self) -> float:
        return self._clock() + self._offset

    @property
    def offset(self) -> float:
        """Seconds that this clock is ahead."""
        return self._offset

    def advance(self, seconds: float) -> None:
        """Move by `seconds`; negative ones go back."""
        self._offset += seconds

    def reset(self) -> None:
        """Show the true time again."""
        self._offset = 0.0
