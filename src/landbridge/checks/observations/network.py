"""Names, addresses and TCP."""

from __future__ import annotations

from landbridge.checks.observations.fact import Fact


class NameResolved(Fact, frozen=True, tag="name-resolved"):
    """What the resolver of this machine says about a name; `problem` is its refusal.

    addresses  in the order in which they are tried
    given      somebody said that these are its addresses, and the resolver was not asked
    """

    host: str
    addresses: tuple[str, ...] = ()
    problem: str = ""
    given: bool = False

    @property
    def good(self) -> bool:
        return bool(self.addresses)

    @property
    def line(self) -> str:
        if not self.addresses:
            return f"{self.host}: {self.problem}"
        if self.addresses == (self.host,):
            return f"{self.host} is an address"
        return f"{self.host} is {', '.join(self.addresses)}{', as was said' if self.given else ''}"


class AddressTried(Fact, frozen=True, tag="address-tried"):
    """One attempt to connect; `problem` is a `DialProblem` (net/dial.py), empty when the address answered.

    milliseconds  until it answered or failed
    """

    address: str
    port: int
    problem: str = ""
    reason: str = ""
    milliseconds: float = 0.0

    @property
    def good(self) -> bool:
        return not self.problem

    @property
    def line(self) -> str:
        where = f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"
        return f"{where}{f': {self.reason}' if self.problem else ' answers'} ({self.milliseconds:g} ms)"


class NothingSeen(Fact, frozen=True, tag="nothing-seen"):
    """A probe came to no end: its time was up, or the connection was gone when it began.

    problem  a `DialProblem`, where that is what it met
    seconds  that it was given; 0 when time was not the reason
    """

    reason: str
    problem: str = ""
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return False

    @property
    def line(self) -> str:
        return self.reason
