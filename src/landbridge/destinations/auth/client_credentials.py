"""OAuth2ClientCredentials: the application's own token from the destination's token service (§4.4)."""

from __future__ import annotations

from landbridge.destinations.auth.client_authentication import Ways, prove
from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.token_fetch import reuse_or_fetch
from landbridge.destinations.auth.token_request import token_request
from landbridge.destinations.auth.token_url import for_application

WAYS = Ways(user=True, assertion=True)


async def client_credentials(retrieval: Retrieval) -> tuple[AuthToken, ...]:
    """The token. Raises `FaultError`."""
    url = for_application(retrieval)
    request = token_request(retrieval, url, {"grant_type": "client_credentials"}, await prove(retrieval, WAYS))
    return (await reuse_or_fetch(retrieval, request),)
