"""OAuth2AuthorizationCode: the code that a user's browser brought, for a token (§4.11)."""

from __future__ import annotations

from urllib.parse import unquote

from landbridge.destinations.auth.client_authentication import Ways, prove
from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.token_fetch import fetch
from landbridge.destinations.auth.token_request import token_request
from landbridge.destinations.auth.token_url import for_caller


async def authorization_code(retrieval: Retrieval) -> tuple[AuthToken, ...]:
    """The token; a code is good for one use, so it is sent once and nothing is remembered. Raises `FaultError`."""
    inputs = retrieval.inputs
    optional = {"redirect_uri": unquote(inputs.redirect_uri), "code_verifier": inputs.code_verifier}
    grant = {
        "grant_type": "authorization_code",
        "code": retrieval.header("X-code", inputs.code),
        **{name: value for name, value in optional.items() if value},
    }
    proof = await prove(retrieval, Ways(assertion=True))
    return (await fetch(retrieval, token_request(retrieval, for_caller(retrieval), grant, proof, repeatable=False)),)
