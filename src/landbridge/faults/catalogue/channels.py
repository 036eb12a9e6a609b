"""Faults of service channels, from on-premise to the cloud (connectivity-proxy §13)."""

from landbridge.faults.fault import FaultKind, Origin

GATEWAY = Origin.GATEWAY

ROWS = (
    FaultKind(
        "channel.service-not-mapped",
        GATEWAY,
        403,
        "Subaccount '{subaccount}' has no service '{service}' for location id '{location}'.",
        "Add a service mapping for this subaccount, service and location id on the cloud side.",
        socks=2,
        exit=23,
        reference="connectivity-proxy §13",
    ),
    FaultKind(
        "channel.stream-refused",
        GATEWAY,
        403,
        "The connector asked for a stream of kind '{kind}', which only the cloud side may open.",
        "Update the connector; if it is current, find out who runs it: it asks for what it must not.",
        exit=21,
        reference="design §5",
    ),
    FaultKind(
        "channel.service-unreachable",
        GATEWAY,
        502,
        "The gateway cannot reach service '{service}': {reason}.",
        "Start the service, or correct the address of the service mapping.",
        socks=4,
        exit=24,
        retry=True,
        reference="connectivity-proxy §13",
    ),
    FaultKind(
        "channel.no-tunnel",
        Origin.CONNECTOR,
        503,
        "A client connected to service channel '{service}' while no tunnel was up.",
        "Look why the connector is not connected.",
        socks=3,
        exit=20,
        retry=True,
        reference="cloud-connector §1.7",
    ),
    FaultKind(
        "channel.port-unusable",
        Origin.CONNECTOR,
        500,
        "The connector cannot listen on {host}:{port} for service channel '{service}': {reason}.",
        "Choose another local port, or stop what uses it.",
        exit=30,
        reference="cloud-connector §11",
    ),
)
