"""What a symptom is: a text that nominates failures. It proves nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

LINE = 4096
"""Bytes of a line that are looked at around a mark; no pattern can see further."""


class Strength(IntEnum):
    """How much a text says; the strongest is told first."""

    NAMED = 0
    SPECIFIC = 1
    WRAPPER = 2
    STATUS = 3
    VAGUE = 4


@dataclass(frozen=True, slots=True)
class Pointer:
    """A failure that is nominated, and those of its causes that fit; no causes: any of them."""

    failure: str
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Symptom:
    """One row of the dictionary.

    name      for people
    marks     lower-case texts, one of which is in every line that the pattern can match: they are looked for first
    pattern   decides; bounded, so that no line can make it slow
    pointers  whom it nominates
    strength  how much it says
    """

    name: str
    marks: tuple[bytes, ...]
    pattern: re.Pattern[str]
    pointers: tuple[Pointer, ...]
    strength: Strength = Strength.SPECIFIC


def symptom(
    name: str, marks: str, pattern: str, points: str, strength: Strength = Strength.SPECIFIC, exact: bool = False
) -> Symptom:
    """A row, written short: marks between bars, `failure: cause cause; failure` as pointers."""
    return Symptom(
        name,
        tuple(mark.encode() for mark in marks.split("|")),
        re.compile(pattern, 0 if exact else re.IGNORECASE),
        pointers(points),
        strength,
    )


def pointers(text: str) -> tuple[Pointer, ...]:
    """`failure: cause cause; failure` as pointers."""
    found = []
    for part in text.split(";"):
        failure, _, causes = part.partition(":")
        found.append(Pointer(failure.strip(), tuple(causes.split())))
    return tuple(found)
