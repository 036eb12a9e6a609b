"""Who asks: from the Authorization header to the destination instance behind the token, and for which tenant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from landbridge.faults import FaultError, fault
from landbridge.identity.verify import Rejection, TokenRejected, TokenVerifier
from landbridge.model.subaccount import Service
from landbridge.model.token import VerifiedToken
from landbridge.store import ClientRepository, ReadModel, Session, SubscriptionRepository


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request shows to say who asks.

    thumbprint  of the client certificate of its connection (`x5t#S256`); empty for none
    """

    authorization: str = field(repr=False)
    thumbprint: str = ""


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """A verified token of an Authorization header, and its text."""

    token: VerifiedToken
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """An application with a token of a destination instance (destination-service §3.1).

    provider_id  the subaccount that owns the instance
    tenant       the subaccount that the token is for: the provider itself, or one that is subscribed to it
    """

    provider_id: str
    instance_id: str
    tenant: str
    token: VerifiedToken
    text: str = field(repr=False)

    @property
    def is_subscriber(self) -> bool:
        return self.tenant != self.provider_id


def service_token(authorization: str, verifier: TokenVerifier) -> ServiceToken:
    """The verified token of an Authorization header.

    Raises `FaultError`: 401 without a bearer token, 400 for text that is no token, 401 for one that is not accepted
    (destination-service §2.1, §3.1).
    """
    scheme, _, text = authorization.strip().partition(" ")
    text = text.strip()
    if scheme.lower() != "bearer" or not text:
        raise FaultError(fault("destination.authorization-missing"))
    try:
        return ServiceToken(verifier.verify(text), text)
    except TokenRejected as rejected:
        raise _refusal(rejected) from rejected


def check_bound(token: VerifiedToken, thumbprint: str) -> None:
    """A token of the Identity Authentication's shape counts together with the certificate that it is bound to (§2).

    Other tokens may be bound too, but their clients do not show the certificate here.
    Raises `FaultError` (401).
    """
    if "ias_iss" not in token.claims:
        return
    confirmation = token.claims.get("cnf")
    bound = confirmation.get("x5t#S256") if isinstance(confirmation, Mapping) else None
    if not bound or bound != thumbprint:
        raise FaultError(fault("destination.token-unbound"))


async def admit(session: Session, given: ServiceToken) -> Caller:
    """The caller behind a verified token: a client of a destination instance, for its own or a subscribed subaccount.

    Raises `FaultError` (403).
    """
    return _caller(await _standing(session, given.token), given)


async def recall(model: ReadModel, given: ServiceToken) -> Caller:
    """The same, from memory: as long as nothing changes in the two subaccounts. Raises `FaultError` (403)."""
    token = given.token

    async def load(session: Session) -> tuple[_Standing, tuple[str, str]]:
        standing = await _standing(session, token)
        return standing, (standing.provider_id, token.tenant)

    return _caller(await model.recall(("standing", token.client_id, token.tenant), load), given)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the store knows of a client that has a good token."""

    provider_id: str
    instance_id: str


def _caller(standing: _Standing, given: ServiceToken) -> Caller:
    return Caller(standing.provider_id, standing.instance_id, given.token.tenant, given.token, given.text)


async def _standing(session: Session, token: VerifiedToken) -> _Standing:
    client = await ClientRepository(session).get(token.client_id)
    if client is None or client.service is not Service.DESTINATION:
        raise FaultError(fault("destination.wrong-client", client=token.client_id))
    own = client.subaccount_id == token.tenant
    if not own and not await SubscriptionRepository(session).is_subscribed(token.tenant, client.subaccount_id):
        raise FaultError(fault("destination.other-tenant", client=token.client_id, tenant=token.tenant))
    return _Standing(client.subaccount_id, client.instance_id)


def _refusal(rejected: TokenRejected) -> FaultError:
    if rejected.rejection is Rejection.MALFORMED:
        return FaultError(fault("destination.token-unreadable"))
    if rejected.rejection is Rejection.EXPIRED and rejected.expired is not None:
        expired = datetime.fromtimestamp(rejected.expired, UTC).isoformat(timespec="seconds")
        return FaultError(fault("destination.token-expired", expired=expired))
    return FaultError(fault("destination.token-invalid", reason=rejected.detail))
