"""OAuth2JWTBearer: the user's token exchanged for one of the destination's token service (§4.5)."""

from __future__ import annotations

from landbridge.destinations.auth.client_authentication import Ways, prove
from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.token_fetch import reuse_or_fetch
from landbridge.destinations.auth.token_request import token_request
from landbridge.destinations.auth.token_url import for_user
from landbridge.destinations.auth.user_token import UserToken

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


async def jwt_bearer(retrieval: Retrieval) -> tuple[AuthToken, ...]:
    """The exchanged token. Raises `FaultError`."""
    return (await exchange(retrieval, await retrieval.parts.users.of(retrieval)),)


async def exchange(retrieval: Retrieval, user: UserToken) -> AuthToken:
    """The user's token for a new one. Raises `FaultError`."""
    grant = {"grant_type": GRANT, "assertion": user.raw}
    request = token_request(retrieval, for_user(retrieval, user), grant, await prove(retrieval, Ways()))
    return await reuse_or_fetch(retrieval, request)
