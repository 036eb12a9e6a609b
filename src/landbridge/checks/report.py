"""A report: what was looked at, how far the way leads, what was found, and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from landbridge.checks.chain_listing import Listed, listed
from landbridge.checks.diagnose import diagnose
from landbridge.checks.evidence import Evidence, Step
from landbridge.checks.finding import Confidence, Finding
from landbridge.checks.history import Change, changes
from landbridge.checks.verdict import Official, official


@dataclass(frozen=True, slots=True)
class Report:
    """Evidence and what it means.

    notes    what to know before believing it
    changes  what is not as it was when nothing was wrong
    official  what the original's check says; None where it checks nothing
    """

    evidence: Evidence
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = field(default=())
    changes: tuple[Change, ...] = field(default=())
    official: Official | None = None

    @property
    def healthy(self) -> bool:
        """Whether nothing was found, and nothing failed without a name."""
        return not self.findings and not self.unexplained

    @property
    def unexplained(self) -> tuple[Step, ...]:
        """Steps that failed although no finding says why. Those that only compare are none of them."""
        if self.findings:
            return ()
        return tuple(step for step in self.evidence.steps if not (step.skipped or step.passed or step.aside))

    @property
    def proven(self) -> tuple[Finding, ...]:
        """What is sure."""
        return tuple(one for one in self.findings if one.confidence is Confidence.PROVEN)

    @property
    def chain(self) -> tuple[Listed, ...]:
        """The certificates that were seen, also when they do not lead to an anchor."""
        return listed(self.evidence)

    def as_json(self) -> dict[str, object]:
        """For machines. The keys are stable."""
        evidence: dict[str, object] = msgspec.to_builtins(self.evidence)
        return {
            "target": evidence["target"],
            "at": self.evidence.at,
            "healthy": self.healthy,
            "unexplained": [step.probe for step in self.unexplained],
            "findings": [finding.as_json() for finding in self.findings],
            "passed": [step.probe for step in self.evidence.steps if step.passed],
            "skipped": [{"probe": step.probe, "because": step.skipped} for step in self.evidence.steps if step.skipped],
            "notes": list(self.notes),
            "certificates": [one.as_json() for one in self.chain],
            "changes": [{"what": one.what, "before": one.before, "now": one.now} for one in self.changes],
            "official": self.official.as_json() if self.official is not None else None,
            "evidence": evidence,
        }


def report(evidence: Evidence) -> Report:
    """Judge evidence; the same evidence gives the same report."""
    return Report(evidence, diagnose(evidence), _notes(evidence), changes(evidence), official(evidence))


def _notes(evidence: Evidence) -> tuple[str, ...]:
    from landbridge.checks.observations import KnownHosts, SshHostKey, TlsHandshake
    from landbridge.checks.rules.on_premise import spoken_with
    from landbridge.checks.rules.tls import anchors

    if evidence.first(SshHostKey) is not None and evidence.first(KnownHosts) is None:
        return ("Nothing is known of this server, so its keys were not judged: give --known-hosts FILE.",)
    shaken = evidence.first(TlsHandshake)
    judged = anchors(evidence) is not None or not spoken_with(evidence, "dialog")
    if shaken is not None and shaken.chain and not judged:
        return ("Nothing is trusted here, so the chain was not judged: give --trust FILE, or --public-trust.",)
    return ()


def called(finished: Report) -> str:
    """What was looked at, as people call it: a destination by its name."""
    from landbridge.checks.observations import DestinationSeen

    target, seen = finished.evidence.target, finished.evidence.first(DestinationSeen)
    return f"{seen.name} ({target.address})" if seen is not None and seen.name != target.host else target.address


def state(step: Step) -> str:
    """One word for a step."""
    if step.skipped:
        return "skipped"
    return "ok" if step.passed else "failed"
