"""Faults of the Connectivity service's REST API (connectivity-proxy §15)."""

from landbridge.faults.fault import FaultKind, Origin

CALLER = Origin.CALLER

ROWS = (
    FaultKind(
        "connectivity.token-missing",
        CALLER,
        401,
        "The request carries no bearer token.",
        "Send 'Authorization: Bearer <token>' with a token of a connectivity binding.",
        exit=11,
        reference="connectivity-proxy §15",
    ),
    FaultKind(
        "connectivity.token-invalid",
        CALLER,
        401,
        "The token is not valid here: {reason}.",
        "Fetch a new token from the token service that the connectivity binding names.",
        exit=11,
        reference="connectivity-proxy §15",
    ),
    FaultKind(
        "connectivity.token-wrong-client",
        CALLER,
        403,
        "The token was issued to client '{client}', which is no connectivity client.",
        "Fetch the token with clientid and clientsecret of a connectivity binding (plan api_access).",
        exit=11,
        reference="connectivity-proxy §15",
    ),
)
