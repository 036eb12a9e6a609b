"""Faults of the command line itself: a wrong word, a demonstration that did not hold."""

from landbridge.faults.fault import FaultKind, Origin

ROWS = (
    FaultKind(
        "fault.unknown",
        Origin.CALLER,
        404,
        "There is no fault called '{code}'; {nearest}.",
        "List all with 'landbridge fault list'.",
        exit=2,
        reference="design §7",
    ),
    FaultKind(
        "failure.unknown",
        Origin.CALLER,
        404,
        "There is no failure called '{name}'; {nearest}.",
        "List all with 'landbridge failure list'.",
        exit=2,
        reference="design §7",
    ),
    FaultKind(
        "audit.damaged",
        Origin.GATEWAY,
        500,
        "The audit records in {folder} are not what was written: {places}.",
        "Compare with a copy of the files; find out who can write to the folder.",
        exit=1,
        reference="cloud-connector §7.1",
    ),
    FaultKind(
        "connector.not-running",
        Origin.CONNECTOR,
        503,
        "No connector runs on the folder {folder}{last}.",
        "Start it: 'landbridge connector run --landscape FILE --name NAME --state {folder}'.",
        exit=22,
        reference="design §7",
    ),
    FaultKind(
        "demo.not-started",
        Origin.GATEWAY,
        500,
        "The demonstration could not start {program}: {reason}.",
        "Read the program's own words above; if they do not help, report them.",
        exit=70,
        retry=True,
        reference="design §7",
    ),
    FaultKind(
        "demo.not-held",
        Origin.GATEWAY,
        500,
        "The demonstration got something else than promised in {count} of {steps} steps: {names}.",
        "Run it again with --json and compare 'expected' with 'got'; if it stays, report both.",
        exit=71,
        reference="design §7",
    ),
)
