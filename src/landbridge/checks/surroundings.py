"""What the check of a destination needs from outside: to find it, to see connectors, to ask through the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from landbridge.checks.observations import ConnectorsListed, DestinationSeen, EditorSeen, NamesTaken, TrafficWatched
from landbridge.checks.observations.tunnel import LinkSeen
from landbridge.checks.probe import Trust
from landbridge.model.secret import Secret


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to have checked.

    path           instead of the path in the destination's URL; empty: that one
    fragment       laid over the destination
    user_token     of the user whose identity is to be carried; empty: nobody's
    proxy_token    what is sent as Proxy-Authorization instead of a token of ours; None: one of ours
    service_token  with which the Destination service is asked instead of one of ours; None: one of ours
    person         whose editor of destinations stays empty; empty: that is not asked
    changes        whether that person may change destinations is asked as well
    session        the token of that person's session; empty: none was given
    new            names that are to be created; empty: that is not asked
    websocket      ask for an upgrade to WebSocket instead of making a plain request
    idle           seconds for which a connection rests between two requests; 0: that is not tried
    watch          seconds for which the traffic through the tunnel is counted; 0: it is not
    logon          whether mail servers and directories may be logged on to: each failure counts towards a lock-out
    addresses      of a target on the Internet, instead of those of its name; nothing secret is sent to them
    seconds        for each measurement
    """

    name: str
    path: str = ""
    fragment: str = ""
    user_token: Secret = field(default_factory=lambda: Secret(""))
    proxy_token: Secret | None = None
    service_token: Secret | None = None
    person: str = ""
    changes: bool = False
    session: Secret = field(default_factory=lambda: Secret(""))
    new: tuple[str, ...] = ()
    logon: bool = False
    websocket: bool = False
    idle: float = 0.0
    watch: float = 0.0
    addresses: tuple[str, ...] = ()
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Found:
    """A destination as applications get it; `seen` says why there is none.

    properties  merged with fragments, secrets included: they stay in memory
    trust       the trust store that it names; None: it names none
    """

    seen: DestinationSeen
    properties: Mapping[str, str]
    trust: Trust | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """Where the HTTP door is, and the header that lets a request in."""

    host: str
    port: int
    authorization: Secret


AuthTokens = Sequence[Mapping[str, object]]
"""The entries of `authTokens` in the answer of the find call."""


class Surroundings(Protocol):
    """One subaccount, as the one who checks sees it."""

    async def find(self, wish: Wish) -> Found:
        """The destination; a refusal is in `Found.seen`."""
        ...

    async def tokens(self, wish: Wish) -> AuthTokens:
        """Its tokens. Raises `FaultError`."""
        ...

    async def taken(self, names: Sequence[str]) -> NamesTaken:
        """Which of these names are there already."""
        ...

    async def editor(self, wish: Wish) -> EditorSeen:
        """The calls of the editor for a person. Raises `FaultError` for somebody who is not there."""
        ...

    async def connectors(self, location: str, system: str) -> ConnectorsListed:
        """Who is connected; `system` is the virtual host:port that is looked for elsewhere."""
        ...

    async def ping(self, location: str, seconds: float) -> float | None:
        """Seconds of a round trip to a connector; None without an answer in time. Raises `FaultError`."""
        ...

    async def links(self, location: str, seconds: float) -> Sequence[LinkSeen]:
        """What comes of a ping on each connection to a connector. Raises `FaultError`."""
        ...

    async def traffic(self, location: str, seconds: float) -> TrafficWatched:
        """What goes to a connector for so many seconds from now. Raises `FaultError`."""
        ...

    async def look(
        self, location: str, kind: str, host: str, port: int, path: str, seconds: float, inquiry: str = ""
    ) -> str:
        """What a connector sees of a mapping, as JSON text of evidence. Raises `FaultError`.

        inquiry  what to ask the backend in its own protocol (`checks.inquiry`); empty: nothing
        """
        ...

    async def door(self, wish: Wish) -> Door:
        """The way into the HTTP door for this subaccount."""
        ...
