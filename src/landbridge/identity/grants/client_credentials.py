"""client_credentials: a token for the client itself, no person behind it."""

from __future__ import annotations

from landbridge.identity.grants.authorities import attributes
from landbridge.identity.request import Granted, GrantRequest

GRANT_TYPE = "client_credentials"
SCOPES = ("uaa.resource",)


async def client_credentials(request: GrantRequest) -> Granted:
    """The client speaks for itself. Raises `FaultError` (`identity.request-malformed`)."""
    claims = {"authorities": list(SCOPES), **attributes(request.parameters)}
    return Granted(subject=request.client.id, scopes=SCOPES, claims=claims)
