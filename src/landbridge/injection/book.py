"""All failures that are wanted now, with how often each was met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

from landbridge.injection.row import Call, Injection, Place

MOST = 200


class Injections:
    """The rows in their order: the first that fits a call has its way.

    active  whether there are any; the one thing that a busy place looks at
    """

    def __init__(self) -> None:
        self.active = False
        self._rows: dict[int, Injection] = {}
        self._calls: dict[int, int] = {}
        self._numbers = count(1)
        self._watching: list[Callable[[bool], None]] = []

    def watch(self, told: Callable[[bool], None]) -> None:
        """Call `told` whenever there begin to be rows, or cease to."""
        self._watching.append(told)

    def add(self, wanted: Injection) -> Injection:
        """The row, with its number. Raises `OverflowError` when there are too many."""
        if len(self._rows) >= MOST:
            raise OverflowError
        row = replace(wanted, number=next(self._numbers))
        self._rows[row.number] = row
        self._tell()
        return row

    def rows(self) -> list[tuple[Injection, int]]:
        """All rows, each with the number of calls that fitted it."""
        return [(row, self._calls.get(row.number, 0)) for row in self._rows.values()]

    def delete(self, number: int) -> bool:
        """Whether there was such a row."""
        found = self._rows.pop(number, None) is not None
        self._calls.pop(number, None)
        self._tell()
        return found

    def clear(self) -> None:
        """Nothing is wanted any more."""
        self._rows.clear()
        self._calls.clear()
        self._tell()

    def take(self, place: Place, call: Call) -> Injection | None:
        """What is to happen to a call. Every row that fits counts it, also those that come too late."""
        taken = None
        for row in self._rows.values():
            if row.fits(place, call):
                met = self._calls[row.number] = self._calls.get(row.number, 0) + 1
                if taken is None and row.nth in (0, met):
                    taken = row
        return taken

    def _tell(self) -> None:
        active = bool(self._rows)
        if active is not self.active:
            self.active = active
            for told in self._watching:
                told(active)
