"""OAuth2Password: a token for a user whose password the destination holds (§4.9)."""

from __future__ import annotations

from landbridge.destinations.auth.client_authentication import Ways, prove
from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.token_fetch import reuse_or_fetch
from landbridge.destinations.auth.token_request import token_request
from landbridge.destinations.auth.token_url import as_it_is


async def password(retrieval: Retrieval) -> tuple[AuthToken, ...]:
    """The token. Raises `FaultError`."""
    user, secret = retrieval.required("User"), retrieval.required("Password")
    grant = {"grant_type": "password", "username": user, "password": secret}
    request = token_request(retrieval, as_it_is(retrieval), grant, await prove(retrieval, Ways(assertion=True)))
    return (await reuse_or_fetch(retrieval, request),)
