"""Faults of the Destination service (destination-service §2.1, §3) and of the landscape file."""

from landbridge.faults.fault import FaultKind, Origin

CALLER = Origin.CALLER
DESTINATIONS = Origin.DESTINATIONS

_LANDSCAPE = (
    FaultKind(
        "landscape.file-missing",
        CALLER,
        400,
        "There is no landscape file at {file}.",
        "Correct the path; examples/quickstart.yaml is a file to start from.",
        exit=2,
        reference="design §7",
    ),
    FaultKind(
        "landscape.file-unreadable",
        CALLER,
        400,
        "The landscape file {file} cannot be read: {reason}.",
        "Name a readable text file in UTF-8.",
        exit=2,
        reference="design §7",
    ),
    FaultKind(
        "landscape.file-too-large",
        CALLER,
        400,
        "The landscape file {file} is larger than {limit} bytes.",
        "Split it; a landscape leaves subaccounts that it does not name as they are.",
        exit=2,
        reference="design §7",
    ),
    FaultKind(
        "landscape.syntax",
        CALLER,
        400,
        "{file}, line {line}, column {column}: this is not the YAML of a landscape: {reason}.",
        "Repair the text at that place; docs/landscape.md shows the format.",
        exit=2,
        reference="design §7",
    ),
    FaultKind(
        "landscape.invalid",
        CALLER,
        400,
        "{file}, line {line}: {field}: found {found}, expected {expected}.",
        "Correct this field; docs/landscape.md describes all of them.",
        exit=2,
        reference="design §7",
    ),
)

ROWS: tuple[FaultKind, ...] = (*_LANDSCAPE,)
