"""How a client proves itself (destination-service §5.3): a secret, a certificate or a signed assertion."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus

from landbridge.faults import FaultError, fault
from landbridge.identity.foreign import ForeignTokens, KeysUnavailable
from landbridge.identity.request import TokenRequest
from landbridge.identity.verify import TokenRejected
from landbridge.model.clock import Clock
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Client
from landbridge.model.trust import TrustedIssuer
from landbridge.store import ClientRepository, Session, TrustedIssuerRepository

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """A client id and the secret that came with it."""

    client_id: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class Candidate:
    """A client that is not yet proven: its assertion has to be verified outside of the transaction."""

    client: Client
    assertion: str
    trusted: tuple[TrustedIssuer, ...]


async def authenticate(session: Session, request: TokenRequest, clock: Clock) -> Client | Candidate:
    """The client that the request proves to come from, or one that `prove` has to judge.

    Raises `FaultError`: `identity.credentials-missing`, `-wrong`, `-conflict`, `identity.certificate-*`.
    """
    if request.parameters.get("client_assertion"):
        return await _candidate(session, request)
    if proves_by_certificate(request):
        return await _by_certificate(session, request, clock())
    candidates = _candidates(request)
    repository = ClientRepository(session)
    for candidate in candidates:
        client = await repository.get(candidate.client_id)
        if client is not None and is_secret_of(client, candidate.secret, clock()):
            return client
    raise FaultError(fault("identity.credentials-wrong", client=candidates[0].client_id[:200]))


async def prove(candidate: Candidate, tokens: ForeignTokens, audiences: Sequence[str]) -> Client:
    """The client, if its assertion holds: signed by an issuer that its subaccount trusts, about itself, for us.

    Raises `FaultError` (`identity.client-assertion-invalid`).
    """
    try:
        claims = await tokens.verify(candidate.assertion, candidate.trusted)
    except (TokenRejected, KeysUnavailable) as rejected:
        raise _bad_assertion(str(rejected)) from rejected
    if claims.get("sub") != candidate.client.id:
        raise _bad_assertion("its subject is another client")
    named = claims.get("aud")
    if not set(named if isinstance(named, list) else [named]) & set(audiences):
        raise _bad_assertion("it is not for this token service")
    return candidate.client


def is_secret_of(client: Client, secret: Secret, now: float) -> bool:
    """Whether it is the client's secret, or the one before it while that is still good."""
    if not secret:
        return False
    retiring = client.retiring
    return client.secret == secret or (retiring is not None and now < retiring.until and retiring.secret == secret)


def proves_by_certificate(request: TokenRequest) -> bool:
    """Whether the certificate of the connection is what the client proves itself with: nothing else is sent."""
    other = request.parameters.get("client_secret") or request.parameters.get("client_assertion")
    return request.certificate is not None and not other and not request.authorization.lower().startswith("basic ")


async def _by_certificate(session: Session, request: TokenRequest, now: float) -> Client:
    certificate = request.certificate
    assert certificate is not None
    certificate.check(now)
    client_id = request.parameters.get("client_id", "")
    if not client_id:
        raise FaultError(fault("identity.parameter-missing", parameter="client_id"))
    client = await ClientRepository(session).get(client_id)
    if client is None or not certificate.is_of(client, now):
        raise FaultError(fault("identity.certificate-of-another", client=client_id[:200]))
    return client


async def _candidate(session: Session, request: TokenRequest) -> Candidate:
    if request.parameters.get("client_assertion_type") != ASSERTION_TYPE:
        raise _bad_assertion(f"client_assertion_type is not {ASSERTION_TYPE}")
    client_id = request.parameters.get("client_id", "")
    if not client_id:
        raise FaultError(fault("identity.parameter-missing", parameter="client_id"))
    client = await ClientRepository(session).get(client_id)
    if client is None:
        raise FaultError(fault("identity.credentials-wrong", client=client_id[:200]))
    trusted = await TrustedIssuerRepository(session).list(client.subaccount_id)
    return Candidate(client, request.parameters["client_assertion"], tuple(trusted))


def _bad_assertion(reason: str) -> FaultError:
    return FaultError(fault("identity.client-assertion-invalid", reason=reason))


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
