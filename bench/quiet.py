"""Waits for a quiet machine before a run, and keeps count of the runs for which it did not become quiet."""

from __future__ import annotations

import time
from pathlib import Path

_SAMPLE = 0.25
_BUSY = 0.15
_IDLE_COLUMNS = (3, 4)


class Quiet:
    """Between two runs nothing of ours works, so whatever is busy then belongs to others."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self.runs = 0
        self.noisy = 0

    def wait(self) -> None:
        """Return when others leave the processors alone, or when the patience (seconds) is over."""
        deadline = time.monotonic() + self._patience
        self.runs += 1
        while busy_share(_SAMPLE) > _BUSY:
            if time.monotonic() >= deadline:
                self.noisy += 1
                return

    @property
    def note(self) -> str:
        """What a reader of the figures has to know; empty when there is nothing."""
        return f"{self.noisy} of {self.runs} runs began while other programs kept the machine busy" * bool(self.noisy)


def busy_share(seconds: float) -> float:
    """The share of all processors' time that is used by anybody during the next `seconds`."""
    before = _ticks()
    time.sleep(seconds)
    spent = [after - start for start, after in zip(before, _ticks(), strict=True)]
    return 1 - sum(spent[column] for column in _IDLE_COLUMNS) / max(1, sum(spent))


def _ticks() -> list[int]:
    return [int(word) for word in Path("/proc/stat").read_text().partition("\n")[0].split()[1:]]
