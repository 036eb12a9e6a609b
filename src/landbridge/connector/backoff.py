"""How long to wait before dialling again."""

from __future__ import annotations

from collections.abc import Callable


class Backoff:
    """Doubles from `first` to `most` seconds, each wait shortened at random by up to half (jitter)."""

    def __init__(self, first: float, most: float, random: Callable[[], float]) -> None:
        self._first = first
        self._most = most
        self._random = random
        self._next = first

    def next(self) -> float:
        """Seconds to wait now."""
        wait = self._next * (1 - self._random() / 2)
        self._next = min(self._next * 2, self._most)
        return wait

    def reset(self) -> None:
        """The last connection held: begin again."""
        self._next = self._first
