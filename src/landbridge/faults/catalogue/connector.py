"""Faults of the connector: what it does not let through (cloud-connector §4)."""

from landbridge.faults.fault import FaultKind, Origin

CONNECTOR = Origin.CONNECTOR

_SYSTEM = (
    "Access denied to system {host}:{port}. In case this was a valid request, ensure to expose the system correctly "
    "in your cloud connector."
)
_RESOURCE = (
    "Access denied to resource {path} on system {host}:{port}. In case this was a valid request, ensure to expose the "
    "resource correctly in your cloud connector."
)

ROWS = (
    FaultKind(
        "connector.system-not-exposed",
        CONNECTOR,
        403,
        "The connector has no mapping for {host}:{port}.",
        "Add a mapping for exactly this virtual host and port, or correct the destination's URL.",
        socks=2,
        exit=23,
        proves=(("conn.403", "system-missing"), ("avail.no-mapping", "no-mapping")),
        body=_SYSTEM,
        reference="cloud-connector §4.6",
    ),
    FaultKind(
        "connector.resource-not-exposed",
        CONNECTOR,
        403,
        "The mapping {host}:{port} has no enabled resource that covers {path}.",
        "Add a resource for the path (case matters; '/' exposes all), or correct the path.",
        socks=2,
        exit=23,
        proves=(("conn.403", "resource-missing"), ("avail.resource-or-backend", "resource-missing")),
        body=_RESOURCE,
        reference="cloud-connector §4.6",
    ),
    FaultKind(
        "connector.resource-disabled",
        CONNECTOR,
        403,
        "The resource {resource} of mapping {host}:{port} would cover {path}, but it is disabled.",
        "Enable the resource in the connector.",
        socks=2,
        exit=23,
        proves=(("conn.403", "resource-inactive"), ("avail.resource-or-backend", "resource-missing")),
        body=_RESOURCE,
        reference="cloud-connector §4.1 step 3",
    ),
    FaultKind(
        "connector.path-ambiguous",
        CONNECTOR,
        403,
        "The path {path} holds dot segments or a backslash, which the backend could read differently.",
        "Send the path in its plain form, without '..', '.' or backslash, raw or encoded.",
        socks=2,
        exit=23,
        body=_RESOURCE,
        reference="cloud-connector §4.1 step 3",
    ),
    FaultKind(
        "connector.upgrade-not-allowed",
        CONNECTOR,
        403,
        "The resource for {path} on {host}:{port} does not allow a WebSocket upgrade.",
        "Set websocket_upgrade_allowed on the resource.",
        socks=2,
        exit=23,
        proves=(("conn.403", "websocket-flag"),),
        body=_RESOURCE,
        reference="cloud-connector §4.1 step 4",
    ),
    FaultKind(
        "connector.open-invalid",
        CONNECTOR,
        400,
        "The connector refused a stream whose opening is not valid: {reason}.",
        "Update gateway and connector to one release; if they are, report it with this text.",
        exit=21,
        reference="design §5",
    ),
    FaultKind(
        "connector.overloaded",
        CONNECTOR,
        503,
        "The connector serves {streams} streams already and takes no more.",
        "Wait for requests to end, or raise stream_limit in the connector.",
        exit=20,
        retry=True,
        reference="design §5",
    ),
    FaultKind(
        "connector.exhausted",
        CONNECTOR,
        503,
        "The connector's machine has no resources left for another connection ({reason}).",
        "Raise the limit of open files of the connector's process, or its memory.",
        exit=20,
        retry=True,
        reference="connectivity-proxy §5 row 21",
    ),
    FaultKind(
        "connector.draining",
        CONNECTOR,
        503,
        "The connector is shutting down and takes no new requests.",
        "Try again when it is back.",
        socks=3,
        exit=20,
        retry=True,
        reference="design §5",
    ),
    FaultKind(
        "connector.not-enrolled",
        CONNECTOR,
        503,
        "The folder {folder} holds no enrolled connector.",
        "Enrol first: 'landbridge connector invite' on the cloud side, then 'landbridge connector enroll'.",
        exit=22,
        reference="design §5",
    ),
    FaultKind(
        "connector.state-unreadable",
        CONNECTOR,
        500,
        "The connector's file {file} cannot be used: {reason}.",
        "Restore the file from a backup, or enrol the connector again.",
        exit=22,
        reference="design §5",
    ),
    FaultKind(
        "connector.other-subaccount",
        CONNECTOR,
        409,
        "The landscape puts connector '{name}' into subaccount {wanted}, but it is enrolled for {enrolled}.",
        "Enrol the connector for the subaccount of the landscape, or correct the landscape.",
        exit=22,
        reference="design §7",
    ),
)
