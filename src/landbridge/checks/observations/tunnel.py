"""What the cloud side sees of a tunnel: signs of life, traffic, connections that rested."""

from __future__ import annotations

import msgspec

from landbridge.checks.observations.fact import Fact


class LinkSeen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One connection of a tunnel, and what came of a ping on it.

    round_trip  milliseconds; -1: no answer in time
    quiet       seconds since anything was heard, when the ping went out
    resent      how often in a row the system had sent the same again without an acknowledgement of the other machine;
                -1: it does not tell
    """

    round_trip: float = -1.0
    quiet: float = 0.0
    resent: int = -1

    @property
    def good(self) -> bool:
        """Whether it was answered."""
        return self.round_trip >= 0


class TunnelPinged(Fact, frozen=True, tag="tunnel-pinged"):
    """Round trips through the tunnel, in milliseconds; none: nobody answered.

    seconds  for which an answer was waited for in vain, on a connection at least
    links    each of its connections
    """

    round_trips: tuple[float, ...] = ()
    seconds: float = 0.0
    links: tuple[LinkSeen, ...] = ()

    @property
    def good(self) -> bool:
        return bool(self.round_trips)

    @property
    def line(self) -> str:
        silent = [one for one in self.links if not one.good]
        if self.round_trips:
            said = f"; {len(silent)} of {len(self.links)} connections do not answer" if silent else ""
            return f"round trip {min(self.round_trips):g} ms{said}"
        quiet = min((one.quiet for one in silent), default=0.0)
        return f"no answer to a ping within {self.seconds:g} seconds; nothing was heard for {quiet:.0f} before"


class TrafficWatched(Fact, frozen=True, tag="traffic-watched"):
    """What went through the tunnel while somebody did something.

    requests  that began in these seconds
    waited    seconds that requests were open, added up
    """

    seconds: float
    requests: int
    waited: float

    @property
    def line(self) -> str:
        return f"{self.requests} requests in {self.seconds:g} seconds, {self.waited:g} seconds of waiting for answers"


class ConnectionRested(Fact, frozen=True, tag="connection-rested"):
    """Two requests over one connection with a pause between them, and one over a new connection after it.

    seconds  of the pause
    before, after, anew  status of the answers; 0: there was none in time
    code     of our own fault in place of the second answer
    waited   milliseconds for the second answer, or for none
    fresh    milliseconds for the answer over the new connection
    """

    seconds: float
    before: int = 0
    after: int = 0
    anew: int = 0
    code: str = ""
    waited: float = 0.0
    fresh: float = 0.0

    @property
    def good(self) -> bool:
        return bool(self.after) and not self.code

    @property
    def line(self) -> str:
        if not self.before:
            return "the connection did not stay open, so it could not rest"
        then = f"{self.code or self.after or 'nothing'} after {self.waited:g} ms"
        anew = f"; over a new one {self.anew or 'nothing'} after {self.fresh:g} ms"
        return f"{self.before}, then a pause of {self.seconds:g} seconds, then {then}{anew}"
