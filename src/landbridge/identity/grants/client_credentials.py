"""client_credentials: a token for the client itself, no person behind it."""

from __future__ import annotations

from landbridge.identity.request import Granted, GrantRequest

GRANT_TYPE = "client_credentials"
SCOPES = ("uaa.resource",)


async def client_credentials(request: GrantRequest) -> Granted:
    """The client speaks for itself."""
    return Granted(subject=request.client.id, scopes=SCOPES, claims={"authorities": list(SCOPES)})
