"""OAuth2TokenExchange: a token of whatever type for another one (RFC 8693; destination-service §4.12)."""

from __future__ import annotations

from landbridge.destinations.auth.client_authentication import Ways, prove
from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.token_fetch import fetch, reuse_or_fetch
from landbridge.destinations.auth.token_request import token_request
from landbridge.destinations.auth.token_url import as_it_is

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"


async def token_exchange(retrieval: Retrieval) -> tuple[AuthToken, ...]:
    """The exchanged token; with an actor it is never remembered (§3.10). Raises `FaultError`."""
    inputs = retrieval.inputs
    grant = {
        "grant_type": GRANT,
        "subject_token": retrieval.header("X-subject-token", inputs.subject_token),
        "subject_token_type": retrieval.header("X-subject-token-type", inputs.subject_token_type),
    }
    if inputs.actor_token:
        grant["actor_token"] = inputs.actor_token
        grant["actor_token_type"] = retrieval.header("X-actor-token-type", inputs.actor_token_type)
    proof = await prove(retrieval, Ways(assertion=True))
    request = token_request(retrieval, as_it_is(retrieval), grant, proof, repeatable=False)
    if inputs.actor_token:
        return (await fetch(retrieval, request),)
    return (await reuse_or_fetch(retrieval, request),)
