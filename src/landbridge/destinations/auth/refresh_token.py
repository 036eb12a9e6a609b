"""OAuth2RefreshToken: a new token for the refresh token that the application keeps (§4.10)."""

from __future__ import annotations

from landbridge.destinations.auth.client_authentication import Ways, prove
from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.token_fetch import fetch
from landbridge.destinations.auth.token_request import token_request
from landbridge.destinations.auth.token_url import for_caller


async def refresh_token(retrieval: Retrieval) -> tuple[AuthToken, ...]:
    """The new token; asked for once, and never remembered, as a refresh token may be good for one use only.

    Raises `FaultError`.
    """
    kept = retrieval.header("X-refresh-token", retrieval.inputs.refresh_token)
    grant = {"grant_type": "refresh_token", "refresh_token": kept}
    proof = await prove(retrieval, Ways())
    return (await fetch(retrieval, token_request(retrieval, for_caller(retrieval), grant, proof, repeatable=False)),)
