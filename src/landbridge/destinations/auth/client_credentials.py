"""OAuth2ClientCredentials: the application's own token from the destination's token service (§4.4)."""

from __future__ import annotations

from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.token_request import token_request
from landbridge.destinations.auth.token_url import token_url


async def client_credentials(retrieval: Retrieval) -> tuple[AuthToken, ...]:
    """Fetch the token. Raises `FaultError`."""
    request = token_request(retrieval, token_url(retrieval), {"grant_type": "client_credentials"})
    return (await retrieval.calls.fetch(request),)
