"""What changed at a target since it was last seen in order. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.checks.evidence import Evidence, LastGood


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was when the target was last seen in order."""

    what: str
    before: str
    now: str


def good(evidence: Evidence) -> LastGood:
    """What to remember of evidence in which nothing was found."""
    return LastGood(at=evidence.at, seen=_lasting(evidence))


def _lasting(evidence: Evidence) -> dict[str, str]:
    """Everything in it that should be the same next time."""
    return {name: value for fact in evidence.facts() for name, value in fact.lasting.items()}


def changes(evidence: Evidence) -> tuple[Change, ...]:
    """What is not as it was, of that which was seen both times."""
    before = evidence.last_good.seen if evidence.last_good is not None else {}
    now = _lasting(evidence)
    return tuple(Change(name, value, now[name]) for name, value in before.items() if now.get(name, value) != value)
