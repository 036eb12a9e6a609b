"""One failure that is wanted: where, to which calls, and what happens to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

HEADER = "X-Landbridge-Injected"
"""Marks an answer that something was done to; its value is the effect and the number of the row."""


class Place(StrEnum):
    """Where calls are met."""

    DOOR = "door"
    """HTTP requests to internal systems, at the gateway's door."""
    FIND = "find"
    """The find call of the Destination service."""
    TOKEN = "token"
    """The token endpoints."""


class Effect(StrEnum):
    """What happens to a call."""

    REFUSE = "refuse"
    """The connection is reset."""
    DELAY = "delay"
    """The answer comes `seconds` later."""
    CUT = "cut"
    """The connection ends after `size` bytes of the answer's body."""
    THROTTLE = "throttle"
    """The answer comes at `size` bytes a second."""
    STATUS = "status"
    """The answer is `status`, and nobody else is asked."""
    EXPIRED_TOKEN = "expired-token"
    """The door takes the token for expired; the token service gives one that is."""
    WRONG_KEY = "wrong-key"
    """The door takes the token for signed by somebody else; the token service gives one that is."""
    LOST_CONNECTOR = "lost-connector"
    """As if no connector were connected."""


POSSIBLE = {
    Place.DOOR: frozenset(Effect),
    Place.FIND: frozenset((Effect.DELAY, Effect.CUT, Effect.THROTTLE, Effect.STATUS)),
    Place.TOKEN: frozenset(Effect) - {Effect.REFUSE, Effect.LOST_CONNECTOR},
}
"""Which effects a place knows."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as a place sees it. What a place does not know is empty.

    subaccount   id of the tenant
    destination  name in a find call
    system       virtual host:port at the door
    path         without the query
    """

    subaccount: str = ""
    destination: str = ""
    system: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Injection:
    """One row. Empty fields match everything.

    destination  name; at the door `system` says which virtual host:port that is
    path         what paths begin with
    nth          1 for the first call that matches, and only for that; 0 for all of them
    seconds, size, status  of the effects that need them
    """

    number: int
    place: Place
    effect: Effect
    subaccount: str = ""
    destination: str = ""
    system: str = ""
    path: str = ""
    nth: int = 0
    seconds: float = 1.0
    size: int = 1
    status: int = 503

    def fits(self, place: Place, call: Call) -> bool:
        """Whether that call is meant, whichever one it is in the row of those that are."""
        if place is not self.place or not call.path.startswith(self.path):
            return False
        if self.subaccount and call.subaccount != self.subaccount:
            return False
        if place is Place.DOOR:
            return not self.system or call.system.lower() == self.system
        return not self.destination or call.destination == self.destination

    @property
    def mark(self) -> str:
        """The value of the header."""
        return f"{self.effect.value}; number={self.number}"
