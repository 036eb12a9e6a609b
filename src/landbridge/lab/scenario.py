"""What a scenario is: a cause that is brought about, and the command that should name it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from landbridge.lab.possible import anywhere

HEALTHY = "healthy"
"""In place of a failure: nothing is wrong, and nothing may be found."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A scenario that is on.

    command  arguments of `landbridge` with which a user would look at it
    story    what was set up, for people
    """

    command: tuple[str, ...]
    story: str


Stage = Callable[[Path], AbstractAsyncContextManager[Staged]]
"""Brings it about, with files in that folder; everything is gone when the context ends."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One cause, and how it is brought about. Several may bring about the same one; `variant` tells them apart.

    missing  what this machine lacks for it; empty: nothing
    """

    failure: str
    cause: str
    stage: Stage
    variant: str = ""
    missing: Callable[[], str] = anywhere

    @property
    def name(self) -> str:
        """failure/cause, with the variant."""
        return "/".join(part for part in (self.failure, self.cause, self.variant) if part)

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is wrong here."""
        return self.failure == HEALTHY
