"""A stored check: what was seen of a target, to be judged whenever somebody reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckReport:
    """One run of a check or probe.

    subaccount_id  whose; None: of the installation
    name           of what was looked at: `destination NAME`, or `PROTOCOL host:port`
    at             seconds since the epoch
    healthy        whether nothing was found then
    evidence       JSON of `landbridge.checks.evidence.Evidence`
    """

    id: str
    subaccount_id: str | None
    name: str
    at: float
    healthy: bool
    evidence: str
