"""What a measurement means: a finding, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from landbridge.checks.catalogue import FAILURES, Cause, Failure
from landbridge.checks.evidence import Layer


class Confidence(StrEnum):
    """How sure a finding is (failure-catalogue §0.5)."""

    PROVEN = "proven"
    """A probe met the problem itself, in the way in which traffic meets it."""
    CONSISTENT = "consistent"
    """Symptom and state fit together."""
    POSSIBLE = "possible"
    """Nothing speaks against it."""


@dataclass(frozen=True, slots=True)
class RuledOut:
    """A cause of the same failure that it is not, and what shows that."""

    cause: str
    by: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause that was found.

    fault         code in the fault catalogue: what this software answers when traffic meets it
    failure, cause  in the failure catalogue
    emitter       who answered, or refused
    layer         where on the way
    evidence      what was seen, in short sentences
    action        what to do, with what was seen filled in
    alternatives  causes of the same failure that were ruled out
    """

    fault: str
    failure: str
    cause: str
    confidence: Confidence
    emitter: str
    layer: Layer
    evidence: tuple[str, ...]
    action: str
    alternatives: tuple[RuledOut, ...] = ()

    @property
    def name(self) -> str:
        """failure/cause."""
        return f"{self.failure}/{self.cause}"

    @property
    def entry(self) -> Failure:
        """The row of the failure catalogue."""
        return FAILURES[self.failure]

    @property
    def row(self) -> Cause:
        """The cause in that row."""
        return self.entry.cause(self.cause)

    def as_json(self) -> dict[str, object]:
        """For machines. The keys are stable."""
        return {
            "fault": self.fault,
            "failure": self.failure,
            "cause": self.cause,
            "confidence": self.confidence.value,
            "emitter": self.emitter,
            "layer": self.layer.value,
            "what": self.row.what,
            "evidence": list(self.evidence),
            "action": self.action,
            "alternatives": [{"cause": other.cause, "ruledOutBy": other.by} for other in self.alternatives],
            "reference": list(self.entry.references),
        }
