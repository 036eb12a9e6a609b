"""OAuth2UserTokenExchange: the older exchange in two steps, by way of a refresh token (§4.6)."""

from __future__ import annotations

from landbridge.destinations.auth import jwt_bearer
from landbridge.destinations.auth.client_authentication import Proof, Ways, client_keys, prove
from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.token_answer import BadTokenAnswer, TokenRefused, read_refresh_token
from landbridge.destinations.auth.token_fetch import cache_key, fetch
from landbridge.destinations.auth.token_request import token_request
from landbridge.destinations.auth.token_url import for_user
from landbridge.destinations.auth.user_token import UserToken
from landbridge.faults import FaultError, fault


async def user_token_exchange(retrieval: Retrieval) -> tuple[AuthToken, ...]:
    """The exchanged token. A token service without this grant is asked for a jwt-bearer one. Raises `FaultError`."""
    user = await retrieval.parts.users.of(retrieval)
    proof = await prove(retrieval, Ways())
    second = token_request(retrieval, for_user(retrieval, user), {"grant_type": "refresh_token"}, proof)
    key = cache_key(retrieval, second.fingerprint(), user.raw)
    return (await retrieval.parts.cache.get(key, lambda: _exchange(retrieval, user, proof)),)


async def _exchange(retrieval: Retrieval, user: UserToken, proof: Proof) -> AuthToken:
    url = for_user(retrieval, user)
    try:
        refresh_token = await _refresh_token(retrieval, url, user)
    except TokenRefused as refused:
        if refused.error == "unsupported_grant_type":
            return await jwt_bearer.exchange(retrieval, user)
        raise FaultError(fault("destination.refresh-token-refused", answer=refused.answer)) from refused
    grant = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return await fetch(retrieval, token_request(retrieval, url, grant, proof, repeatable=False))


async def _refresh_token(retrieval: Retrieval, url: str, user: UserToken) -> str:
    """The first step: the user's token proves the user, and nothing proves the client but its key, if it has one."""
    grant = {"grant_type": "user_token", "client_id": retrieval.required("clientId"), "response_type": "token"}
    proof = Proof({"authorization": f"Bearer {user.raw}"}, keys=await client_keys(retrieval))
    request = token_request(retrieval, url, grant, proof, repeatable=False)
    body = await retrieval.parts.calls.send(request, retrieval.until)
    try:
        return read_refresh_token(body)
    except BadTokenAnswer as error:
        reason = str(error)
        raise FaultError(fault("destination.token-answer-invalid", url=request.place, reason=reason)) from error
