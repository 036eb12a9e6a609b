"""dest.409: there is already something with that name (failure-catalogue, row 34)."""

from __future__ import annotations

from datetime import UTC, datetime

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.observations import NamesTaken
from landbridge.checks.observations.destination import Attempt
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict

SERVICE = "Destination service"
MOMENT = 2.0
"""Seconds between two attempts that count as made at once: nobody looks and decides in so short a time."""


def _applies(evidence: Evidence) -> bool:
    seen = evidence.first(NamesTaken)
    return seen is not None and not seen.good


def _raced(seen: NamesTaken) -> tuple[Attempt, Attempt] | None:
    """An attempt that was done and another that was refused, so close that neither knew of the other."""
    for done in (one for one in seen.attempts if one.done):
        for refused in (one for one in seen.attempts if one.name == done.name and not one.done):
            if abs(refused.time - done.time) <= MOMENT:
                return done, refused
    return None


def _concurrent(evidence: Evidence) -> Verdict:
    """Two created it at once."""
    seen = evidence.first(NamesTaken)
    assert seen is not None
    if not seen.taken:
        return Not("no wanted name is taken on the level of the subaccount")
    pair = _raced(seen)
    if pair is None:
        told = any(one.done for one in seen.attempts)
        return Not("nobody else tried to create it when it was created") if told else None
    done, refused = pair
    apart = abs(refused.time - done.time)
    return Holds(
        (
            f"{done.by} created {done.name} at {_moment(done.time)}",
            f"{refused.by} was refused the same name at {_moment(refused.time)}, {apart:.3f} seconds apart",
        )
    )


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _exists(evidence: Evidence) -> Verdict:
    """It is there."""
    seen = evidence.first(NamesTaken)
    assert seen is not None
    if _raced(seen) is not None:
        return Not("when it was created, somebody else tried the same")
    if not seen.taken:
        return Not("no wanted name is taken on the level of the subaccount")
    if seen.wanted > 1:
        return Not(f"not one is to be created, but {seen.wanted} of a file")
    return Holds((f"there is a destination {seen.taken[0]} on the level of the subaccount",))


def _duplicates(evidence: Evidence) -> Verdict:
    """The file has a name twice, or one that is there."""
    seen = evidence.first(NamesTaken)
    assert seen is not None
    if seen.wanted == 1:
        return Not("the file has one destination")
    twice = (f"the file names more than once: {', '.join(seen.repeated)}",) if seen.repeated else ()
    taken = (f"of its names are there already: {', '.join(seen.taken)}",) if seen.taken else ()
    return Holds((*twice, *taken))


BOOK = Book(
    "dest.409",
    _applies,
    (
        Rule("concurrent", Layer.DESTINATION, SERVICE, _concurrent),
        Rule("exists", Layer.DESTINATION, SERVICE, _exists),
        Rule("import-duplicates", Layer.DESTINATION, SERVICE, _duplicates),
    ),
)
