"""What an explanation is: faults that were named, failures that may be behind the rest, and what helps to decide."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.checks.catalogue import Cause, Failure
from landbridge.checks.named import NamedFault
from landbridge.checks.symptoms import Strength

NAMED = "named by landbridge"
POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a line says, without secrets, and which symptom that is."""

    line: int
    text: str
    symptom: str


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A failure that may be behind the text.

    confidence  `NAMED` when an answer of landbridge says so itself, else `POSSIBLE`: nothing was measured
    ground      what kind of text led here
    causes      those that fit; all of them share the symptom
    evidence    the lines that led here
    commands    what to run next
    """

    failure: Failure
    confidence: str
    ground: Strength
    causes: tuple[Cause, ...]
    evidence: tuple[Quote, ...]
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a text says to those who know the catalogues.

    clues  facts in the text that tell who answered
    notes  what to know before believing any of it
    """

    named: tuple[NamedFault, ...]
    hypotheses: tuple[Hypothesis, ...]
    clues: tuple[str, ...]
    notes: tuple[str, ...]
    lines: int

    def as_json(self) -> dict[str, object]:
        """For machines. The keys are stable."""
        return {
            "named": [_named(found) for found in self.named],
            "hypotheses": [_hypothesis(guess) for guess in self.hypotheses],
            "clues": list(self.clues),
            "notes": list(self.notes),
            "lines": self.lines,
        }


def _named(found: NamedFault) -> dict[str, object]:
    return {
        "code": found.kind.code,
        "origin": found.kind.origin.value,
        "confidence": NAMED,
        "message": found.message,
        "action": found.kind.action,
        "requestId": found.request_id,
        "proves": [{"failure": failure, "cause": cause} for failure, cause in found.kind.proves],
        "evidence": {"line": found.line, "text": found.evidence},
        "commands": list(commands_for(found)),
    }


def _hypothesis(guess: Hypothesis) -> dict[str, object]:
    return {
        "failure": guess.failure.id,
        "meaning": guess.failure.meaning,
        "side": guess.failure.side.value,
        "confidence": guess.confidence,
        "ground": guess.ground.name.lower(),
        "evidence": [{"line": q.line, "text": q.text, "symptom": q.symptom} for q in guess.evidence],
        "causes": [
            {"cause": cause.id, "what": cause.what, "tell": cause.tell, "action": cause.action}
            for cause in guess.causes
        ],
        "commands": list(guess.commands),
        "references": list(guess.failure.references),
    }


def commands_for(found: NamedFault) -> tuple[str, ...]:
    """What to run about a fault of ours."""
    return (f"landbridge fault show {found.kind.code}",)
