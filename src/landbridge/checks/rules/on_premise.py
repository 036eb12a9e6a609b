"""What evidence says about the way through a connector: one noun for the rules of several failures. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from landbridge.checks.evidence import Evidence
from landbridge.checks.observations import (
    AddressTried,
    BackendAnswered,
    BackendConnected,
    ClaimsSeen,
    ConnectionRested,
    ConnectorAsked,
    ConnectorsListed,
    ConnectorState,
    DestinationSeen,
    DoorAnswered,
    MappingSeen,
    TlsHandshake,
    TokenRetrieved,
    TrafficWatched,
    TunnelPinged,
)
from landbridge.checks.observations.destination import Connected
from landbridge.checks.rules.book import Verdict
from landbridge.faults import CATALOGUE

OLDEST = (2, 7, 1)
"""The first release of the original's connector that answers availability checks (failure-catalogue §5, 39)."""
SLOW_LINE = 500.0
"""Milliseconds of a round trip from which on a line counts as slow."""


@dataclass(frozen=True, slots=True)
class Way:
    """The facts of one run, None where there are none."""

    evidence: Evidence
    seen: DestinationSeen | None
    listed: ConnectorsListed | None
    pinged: TunnelPinged | None
    asked: ConnectorAsked | None
    state: ConnectorState | None
    mapping: MappingSeen | None
    connected: BackendConnected | None
    answered: BackendAnswered | None
    shaken: TlsHandshake | None
    tried: tuple[AddressTried, ...]
    door: DoorAnswered | None
    watched: TrafficWatched | None
    rested: ConnectionRested | None

    @property
    def system(self) -> str:
        """The virtual host:port."""
        return self.evidence.target.address

    @property
    def path(self) -> str:
        """The path without its query."""
        return self.evidence.target.path.partition("?")[0]

    @property
    def connector(self) -> Connected | None:
        """The connector that is responsible, if it is connected."""
        return self.listed.ours if self.listed is not None else None

    @property
    def door_code(self) -> str:
        """Code of our own fault that traffic got; empty for an answer of the backend, or none."""
        return self.door.code if self.door is not None else ""

    @property
    def status(self) -> int:
        """Of the backend's own answer to traffic; 0 when there is none."""
        return self.door.status if self.door is not None and self.door.from_backend else 0

    @property
    def refusal(self) -> str:
        """Code of the connector's access decision; empty: it lets the path pass, or did not say."""
        codes = (self.asked.code if self.asked else "", self.mapping.decision if self.mapping else "", self.door_code)
        return next((code for code in codes if code in ACCESS), "")

    @property
    def trouble(self) -> str:
        """Code of the fault between connector and backend; empty: there is none."""
        codes = (
            self.door_code,
            self.connected.code if self.connected else "",
            self.answered.code if self.answered else "",
        )
        return next((code for code in codes if code.startswith("backend.")), "")

    @property
    def is_dead(self) -> bool:
        """Whether no connection of the connector answers a ping."""
        return self.pinged is not None and not self.pinged.round_trips

    @property
    def line(self) -> float:
        """Milliseconds of the fastest round trip through the tunnel; 0: none was measured."""
        return min(self.pinged.round_trips) if self.pinged is not None and self.pinged.round_trips else 0.0

    @property
    def is_old(self) -> bool:
        """Whether the connector is older than the original's check needs."""
        ours = self.connector
        return ours is not None and release(ours.compat_version) < OLDEST

    def claims(self, purpose: str) -> ClaimsSeen | None:
        """Those of a token that was given."""
        return next((one for one in self.evidence.all(ClaimsSeen) if one.purpose == purpose), None)

    @property
    def failed_token(self) -> TokenRetrieved | None:
        """The first token that could not be had."""
        return next((one for one in self.evidence.all(TokenRetrieved) if one.code), None)


ACCESS = frozenset(
    {
        "connector.system-not-exposed",
        "connector.other-protocol",
        "connector.resource-not-exposed",
        "connector.resource-disabled",
        "connector.path-ambiguous",
        "connector.open-invalid",
        "connector.upgrade-not-allowed",
    }
)
"""Faults of the access decision."""


def way(evidence: Evidence) -> Way:
    """The way through a connector, as far as evidence has it."""
    return Way(
        evidence,
        evidence.first(DestinationSeen),
        evidence.first(ConnectorsListed),
        next(iter(evidence.all(TunnelPinged)[::-1]), None),  # it may have been lost in the meantime
        evidence.first(ConnectorAsked),
        evidence.first(ConnectorState),
        evidence.first(MappingSeen),
        evidence.first(BackendConnected),
        evidence.first(BackendAnswered),
        evidence.first(TlsHandshake),
        evidence.all(AddressTried),
        evidence.first(DoorAnswered),
        evidence.first(TrafficWatched),
        evidence.first(ConnectionRested),
    )


def through_connector(evidence: Evidence) -> bool:
    """Whether the target stands behind a connector."""
    return evidence.target.location.startswith("location:")


def spoken_with(evidence: Evidence, probe: str) -> bool:
    """Whether the target was spoken with as its callers do: directly, or by a connector that came so far.

    What a connector sees on its own way to a backend is not the caller's, and has rules of its own.
    """
    step = evidence.step(probe)
    return not evidence.target.location or (step is not None and not step.skipped)


def unless_behind(judge: Callable[[Evidence], Verdict]) -> Callable[[Evidence], Verdict]:
    """A judgement about name and TCP: behind a connector that is the connector's affair."""
    return lambda evidence: None if evidence.target.location else judge(evidence)


def of_destination(evidence: Evidence) -> bool:
    """Whether a destination leads there, and was found."""
    seen = evidence.first(DestinationSeen)
    return seen is not None and seen.good


def release(text: str) -> tuple[int, ...]:
    """A release as numbers; one that cannot be read is new."""
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) and parts[0] else (9999,)


def proves(code: str, failure: str, cause: str) -> bool:
    """Whether a fault proves that cause."""
    kind = CATALOGUE.get(code)
    return kind is not None and (failure, cause) in kind.proves


def through_door(seen: Way) -> tuple[str, ...]:
    """What a request through the door came to, as evidence."""
    return (f"a request through the door: {seen.door.line}",) if seen.door is not None else ()


def traffic_met(seen: Way) -> tuple[str, ...]:
    """The same, by the code of our own fault where it got one."""
    return (met(seen.door_code),) if seen.door_code else through_door(seen)


def met(code: str) -> str:
    """What traffic met, as evidence."""
    return f"a request through the door gets {code}"
