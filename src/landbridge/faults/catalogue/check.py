"""What checks and probes answer with (failure-catalogue §0)."""

from __future__ import annotations

from landbridge.faults.fault import FaultKind, Origin

ROWS = (
    FaultKind(
        "check.finding",
        Origin.BACKEND,
        502,
        "The check of {target} found {finding}.",
        "Do what the finding says, then check again.",
        exit=50,
        retry=True,
        reference="failure-catalogue §0.5",
    ),
    FaultKind(
        "check.target-invalid",
        Origin.CALLER,
        400,
        "'{target}' cannot be probed: {reason}.",
        "Give host:port or a URL of the kind that the probe is for; 'landbridge probe --help' shows some.",
        exit=2,
        reference="integration §11",
    ),
    FaultKind(
        "check.report-unknown",
        Origin.CALLER,
        404,
        "There is no report {report}, or you may not see it.",
        "List the reports with GET /checks/reports; of each target the last 20 are kept.",
        exit=2,
        reference="design §3",
    ),
)
