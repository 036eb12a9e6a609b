"""The last trouble with each system, for the operator of the connector: with the internal address, which stays here."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.faults import Fault
from landbridge.wire.messages import Open

MOST = 50
"""Systems of which the last trouble is kept; those that had theirs longest ago are forgotten."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What kept a request from its backend. `at` is seconds since the epoch, `internal` empty where it is not known."""

    system: str
    internal: str
    at: float
    code: str
    message: str
    action: str
    request: str


class Troubles:
    """The latest, by system."""

    def __init__(self) -> None:
        self._latest: dict[str, Trouble] = {}

    def note(self, asked: Open, reason: Fault, now: float) -> None:
        """A request for a backend was refused."""
        system = f"{asked.host}:{asked.port}".lower()
        self._latest.pop(system, None)
        self._latest[system] = Trouble(
            system, reason.inside, now, reason.code, reason.sentence, reason.action, asked.request
        )
        if len(self._latest) > MOST:
            del self._latest[next(iter(self._latest))]

    def listed(self) -> tuple[Trouble, ...]:
        """All of them, the latest last."""
        return tuple(self._latest.values())
