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
    SOCKS = "socks"
    """Connections to internal systems, at the gateway's SOCKS5 door."""
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
    REPLY = "reply"
    """The SOCKS5 reply is `reply`, and nobody else is asked."""
    EXPIRED_TOKEN = "expired-token"
    """The door takes the token for expired; the token service gives one that is."""
    WRONG_KEY = "wrong-key"
    """The door takes the token for signed by somebody else; the token service gives one that is."""
    LOST_CONNECTOR = "lost-connector"
    """As if no connector were connected."""


DOORS = frozenset({Place.DOOR, Place.SOCKS})
"""Places that know systems and location ids."""

POSSIBLE = {
    Place.DOOR: frozenset(Effect) - {Effect.REPLY},
    Place.SOCKS: frozenset(Effect) - {Effect.STATUS, Effect.EXPIRED_TOKEN, Effect.WRONG_KEY},
    Place.FIND: frozenset((Effect.DELAY, Effect.CUT, Effect.THROTTLE, Effect.STATUS)),
    Place.TOKEN: frozenset(Effect) - {Effect.REFUSE, Effect.LOST_CONNECTOR, Effect.REPLY},
}
"""Which effects a place knows."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as a place sees it. What a place does not know is empty.

    subaccount   id of the tenant
    location     location id, at the doors
    destination  name in a find call
    system       virtual host:port, at the doors
    path         without the query
    """

    subaccount: str = ""
    location: str = ""
    destination: str = ""
    system: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Injection:
    """One row. Empty fields match everything; no location (None) does, while the empty one is a name.

    destination  name; at the HTTP door `system` says which virtual host:port that is
    path         what paths begin with
    nth          1 for the first call that matches, and only for that; 0 for all of them
    seconds, size, status, reply  of the effects that need them
    """

    number: int
    place: Place
    effect: Effect
    subaccount: str = ""
    location: str | None = None
    destination: str = ""
    system: str = ""
    path: str = ""
    nth: int = 0
    seconds: float = 1.0
    size: int = 1
    status: int = 503
    reply: int = 1

    def fits(self, place: Place, call: Call) -> bool:
        """Whether that call is meant, whichever one it is in the row of those that are."""
        if place is not self.place or not call.path.startswith(self.path):
            return False
        if self.subaccount and call.subaccount != self.subaccount:
            return False
        if place in DOORS:
            here = self.location is None or call.location == self.location
            return here and (not self.system or call.system.lower() == self.system)
        return not self.destination or call.destination == self.destination

    @property
    def mark(self) -> str:
        """The value of the header."""
        return f"{self.effect.value}; number={self.number}"
