"""dest.409: there is already something with that name (failure-catalogue, row 34)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.observations import NamesTaken
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict

SERVICE = "Destination service"


def _applies(evidence: Evidence) -> bool:
    seen = evidence.first(NamesTaken)
    return seen is not None and not seen.good


def _exists(evidence: Evidence) -> Verdict:
    """It is there."""
    seen = evidence.first(NamesTaken)
    assert seen is not None
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
        Rule("exists", Layer.DESTINATION, SERVICE, _exists),
        Rule("import-duplicates", Layer.DESTINATION, SERVICE, _duplicates),
    ),
)
