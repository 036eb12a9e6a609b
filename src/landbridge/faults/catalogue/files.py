"""Faults of files that are imported, exported and compared (destination-service §8)."""

from landbridge.faults.fault import FaultKind, Origin

CALLER = Origin.CALLER

ROWS: tuple[FaultKind, ...] = (
    FaultKind(
        "landscape.provider-unknown",
        CALLER,
        409,
        "The landscape subscribes {subaccount} to applications of subaccount {provider}, which does not exist.",
        "Add the provider to the landscape, or apply its landscape first.",
        exit=2,
        reference="destination-service §1.1",
    ),
    FaultKind(
        "file.missing",
        CALLER,
        400,
        "There is no file {file}.",
        "Correct the path.",
        exit=2,
        reference="destination-service §8.1",
    ),
    FaultKind(
        "file.format-unknown",
        CALLER,
        400,
        "The name of the file {file} does not say its format; known are {known}.",
        "Give the file the extension of its format.",
        exit=2,
        reference="destination-service §8.1",
    ),
    FaultKind(
        "file.too-large",
        CALLER,
        413,
        "The file {file} is larger than {limit} bytes.",
        "Split it; a file may hold any number of destinations.",
        exit=2,
        reference="destination-service §10",
    ),
    FaultKind(
        "file.unreadable",
        CALLER,
        400,
        "The file {file} cannot be read: {reason}.",
        "Repair the file; 'landbridge destination export' shows how one looks.",
        exit=2,
        reference="destination-service §8.1",
    ),
    FaultKind(
        "file.destination-invalid",
        CALLER,
        400,
        "The file {file} holds a destination ({name}) that cannot be stored: {field} must be {expected}.",
        "Correct this property in the file.",
        exit=2,
        reference="destination-service §1.2",
    ),
    FaultKind(
        "file.config-invalid",
        CALLER,
        400,
        "The configuration of the service instance cannot be used: {field} must be {expected}.",
        "Correct this field; docs/landscape.md shows the whole configuration.",
        exit=2,
        reference="destination-service §8.3",
    ),
    FaultKind(
        "file.config-refused",
        CALLER,
        409,
        "{kind} '{name}' exists already on the level of the {level}, and the policy of the configuration is 'fail'.",
        "Set existing_destinations_policy or existing_certificates_policy to 'update' or 'ignore', or remove it there.",
        exit=2,
        body="Failed to create all provided configurations. Will delete all on instance level, "
        "those on subaccount level remain. {kind} '{name}' exists already on the level of the {level}.",
        reference="destination-service §8.3",
    ),
)
