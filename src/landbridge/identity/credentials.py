"""How a client proves itself: id and secret in the form or by Basic authentication (destination-service §5.3)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import unquote_plus

from landbridge.faults import FaultError, fault
from landbridge.identity.request import TokenRequest
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Client
from landbridge.store import ClientRepository, Session


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """A client id and the secret that came with it."""

    client_id: str
    secret: Secret


async def authenticate(session: Session, request: TokenRequest) -> Client:
    """The client that the request proves to come from.

    Raises `FaultError`: `identity.credentials-missing`, `-wrong`, `-conflict`.
    """
    candidates = _candidates(request)
    repository = ClientRepository(session)
    for candidate in candidates:
        client = await repository.get(candidate.client_id)
        if client is not None and client.secret == candidate.secret:
            return client
    raise FaultError(fault("identity.credentials-wrong", client=candidates[0].client_id[:200]))


def _candidates(request: TokenRequest) -> list[ClientCredentials]:
    """What the credentials may mean: those of Basic may be form-encoded (RFC 6749 §2.3.1), but few clients do it."""
    client_id = request.parameters.get("client_id", "")
    secret = request.parameters.get("client_secret", "")
    scheme, _, encoded = request.authorization.partition(" ")
    if scheme.lower() != "basic":
        if not client_id or not secret:
            raise FaultError(fault("identity.credentials-missing"))
        return [ClientCredentials(client_id, Secret(secret))]
    basic = _parse_basic(encoded)
    meant = [candidate for candidate in (basic, _decoded(basic)) if _agrees(candidate, client_id, secret)]
    if not meant:
        raise FaultError(fault("identity.credentials-conflict"))
    return meant


def _parse_basic(encoded: str) -> ClientCredentials:
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except ValueError:
        raise FaultError(fault("identity.credentials-missing")) from None
    client_id, colon, secret = text.partition(":")
    if not colon or not client_id:
        raise FaultError(fault("identity.credentials-missing"))
    return ClientCredentials(client_id, Secret(secret))


def _decoded(basic: ClientCredentials) -> ClientCredentials:
    return ClientCredentials(unquote_plus(basic.client_id), Secret(unquote_plus(basic.secret.reveal())))


def _agrees(basic: ClientCredentials, client_id: str, secret: str) -> bool:
    """Whether what the form says, if it says anything, is the same: some libraries send both (§9.1)."""
    return client_id in ("", basic.client_id) and (not secret or Secret(secret) == basic.secret)
