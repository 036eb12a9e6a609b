"""The lookup trail: where a find request looked, and what was there. For the log, and for callers who ask for it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Trail:
    """The steps of one lookup, in order.

    wanted  whether the caller asked to see them: then it is worth a query to say what a level holds instead
    """

    wanted: bool = False
    steps: list[str] = field(default_factory=list)

    def add(self, what: str, where: object, held: str) -> None:
        """`what` was looked for at `where`, which `held` this."""
        self.steps.append(f"{what} at {where}: {held}")

    def __str__(self) -> str:
        return "; ".join(self.steps)
