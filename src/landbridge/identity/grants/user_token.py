"""user_token: a user token becomes a refresh token for another client, which then gets its own access token with it."""

from __future__ import annotations

from landbridge.faults import FaultError, fault
from landbridge.identity.claims import copied_user_claims
from landbridge.identity.grants.assertion import own_user, scopes_of
from landbridge.identity.request import Granted, GrantRequest

GRANT_TYPE = "user_token"
NEEDED_SCOPE = "uaa.user"


async def user_token(request: GrantRequest) -> Granted:
    """The user token in the Authorization header takes the place of the client's credentials.

    Raises `FaultError`: `identity.assertion-technical`, `identity.scope-missing`.
    """
    token = request.caller
    if token is None or not token.is_user_token:
        raise FaultError(fault("identity.assertion-technical"))
    held = scopes_of(token.claims.get("scope"))
    if NEEDED_SCOPE not in held:
        raise FaultError(fault("identity.scope-missing", scope=NEEDED_SCOPE))
    claims = copied_user_claims(token.claims)
    subject = token.claims.get("sub") or claims.get("user_id") or claims["user_name"]
    return Granted(str(subject), held, claims, own_user(claims), access=False, renews=True)
