"""How a rule speaks: it holds, it is ruled out, or the evidence does not tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from landbridge.checks.catalogue import FAILURES
from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.finding import Confidence


@dataclass(frozen=True, slots=True)
class Holds:
    """This cause is there.

    evidence  what shows it, in short sentences
    emitter   who answered or refused; empty: the one that the rule names
    action    what to do with what was seen filled in; empty: the catalogue's sentence
    """

    evidence: tuple[str, ...]
    confidence: Confidence = Confidence.PROVEN
    emitter: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Not:
    """This cause is not there, and what shows that."""

    by: str


Verdict = Holds | Not | None
"""None: the evidence does not tell."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Judges whether one cause is behind what was seen. `judge` is pure."""

    cause: str
    layer: Layer
    emitter: str
    judge: Callable[[Evidence], Verdict]


@dataclass(frozen=True, slots=True)
class Book:
    """The rules about one failure.

    applies  whether that failure can be met in this evidence at all
    """

    failure: str
    applies: Callable[[Evidence], bool]
    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        for rule in self.rules:
            FAILURES[self.failure].cause(rule.cause)

    def holds(self, evidence: Evidence) -> bool:
        """Whether one of its causes is there."""
        return any(isinstance(verdict, Holds) for _, verdict in self.judged(evidence))

    def judged(self, evidence: Evidence) -> Iterator[tuple[Rule, Holds | Not]]:
        """What its rules say, those that can tell."""
        if not self.applies(evidence):
            return
        for rule in self.rules:
            verdict = rule.judge(evidence)
            if verdict is not None:
                yield rule, verdict
