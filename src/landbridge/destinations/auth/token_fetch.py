"""Fetches a token, or takes one that is still good (destination-service §3.10)."""

from __future__ import annotations

import json
from hashlib import sha256

from landbridge.destinations.auth.entry import AuthToken
from landbridge.destinations.auth.retrieval import Retrieval
from landbridge.destinations.auth.token_answer import BadTokenAnswer, read_token
from landbridge.destinations.auth.token_call import TokenRequest
from landbridge.faults import FaultError, fault


async def fetch(retrieval: Retrieval, request: TokenRequest) -> AuthToken:
    """A new token. Raises `FaultError`."""
    body = await retrieval.parts.calls.send(request, retrieval.until)
    try:
        return read_token(body)
    except BadTokenAnswer as error:
        reason = str(error)
        raise FaultError(fault("destination.token-answer-invalid", url=request.place, reason=reason)) from error


async def reuse_or_fetch(
    retrieval: Retrieval, request: TokenRequest, *, varying: str = "", instead: object = None
) -> AuthToken:
    """A token that was fetched for the same request before and lives on, else a new one. Raises `FaultError`.

    varying  a form field that differs each time although the token would be the same
    instead  what that field depends on
    """
    key = cache_key(retrieval, request.fingerprint(varying), instead)
    return await retrieval.parts.cache.get(key, lambda: fetch(retrieval, request))


def cache_key(retrieval: Retrieval, *inputs: object) -> bytes:
    """A key of everything that a token depends on: whose destination, in which version, for which tenant, and `inputs`.

    A digest, so that the cache holds no secrets but the tokens.
    """
    context = retrieval.context
    place = [context.token.tenant, context.subaccount_id, context.instance_id]
    everything = [*place, context.destination.name, context.destination.etag, *inputs]
    return sha256(json.dumps(everything).encode()).digest()
