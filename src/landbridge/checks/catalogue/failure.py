"""What a failure is: something people meet, and the causes it can have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Where a failure is met."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Cause:
    """One of the reasons that a failure can have.

    id         short and stable; with the failure's id it names a finding
    what       what is wrong
    tell       what tells it apart from the other causes
    action     what to do, imperative
    reproduce  how to bring it about with real programs
    instead    "failure/cause" that is named here in such a case, where that says more or comes before; empty: none
    """

    id: str
    what: str
    tell: str
    action: str
    reproduce: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One row of the failure catalogue.

    id          stable for ever
    side        where it is met
    meaning     one sentence
    symptoms    what people see, as texts
    references  where others write about it
    commands    what to run here; words in capitals (NAME, SUBACCOUNT, FILE ...) stand for what the reader knows
    causes      all that are known, most telling first
    """

    id: str
    side: Side
    meaning: str
    symptoms: tuple[str, ...]
    references: tuple[str, ...]
    commands: tuple[str, ...]
    causes: tuple[Cause, ...]

    def cause(self, name: str) -> Cause:
        """The cause with this id. Raises `KeyError`."""
        for cause in self.causes:
            if cause.id == name:
                return cause
        raise KeyError(f"{self.id} has no cause {name}")

    def pick(self, *ids: str) -> tuple[Cause, ...]:
        """Some of the causes, for a failure that has them too. Raises `KeyError`."""
        return tuple(self.cause(name) for name in ids)
