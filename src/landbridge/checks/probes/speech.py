"""What the protocols of mail have in common: a greeting, a list of abilities, a change to TLS, a logon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from landbridge.checks.observations import Observation
from landbridge.checks.probe import Logon, Scene
from landbridge.checks.probes.lines import Lines


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer. `code` is its number, where the protocol has numbers."""

    accepted: bool
    text: str
    code: int = -1


class Speech(Protocol):
    """One protocol. All methods raise `Broken` when the conversation ends."""

    upgrade: str
    """The ability to change to TLS, as servers list it."""

    async def greeting(self, lines: Lines, patience: float) -> Reply: ...

    async def features(self, lines: Lines) -> tuple[str, ...]:
        """What the server can do, in its own words."""
        ...

    async def start_tls(self, lines: Lines) -> Reply: ...

    def mechanisms(self, features: Sequence[str]) -> Sequence[str]:
        """The ways to log on that a server with those abilities takes."""
        ...

    async def log_on(self, lines: Lines, mechanism: str, logon: Logon) -> Reply: ...

    async def look(self, lines: Lines, scene: Scene, logged_on: bool) -> Sequence[Observation]:
        """What was asked for beyond the logon."""
        ...

    async def farewell(self, lines: Lines) -> None: ...
