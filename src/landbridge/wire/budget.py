"""Bytes that one tenant holds in memory, over all its tunnels (design §5, fairness)."""

from __future__ import annotations


class Budget:
    """A shared counter with a limit. Above the limit no stream gets more credit and no new stream begins."""

    __slots__ = ("limit", "used")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0

    @property
    def exhausted(self) -> bool:
        return self.used >= self.limit

    def __repr__(self) -> str:
        return f"<Budget {self.used}/{self.limit}>"
