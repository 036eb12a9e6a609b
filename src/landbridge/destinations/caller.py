"""Who asks: from the Authorization header to the destination instance that the token belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from landbridge.faults import FaultError, fault
from landbridge.identity.verify import Rejection, TokenRejected, TokenVerifier
from landbridge.model.subaccount import Service
from landbridge.model.token import VerifiedToken
from landbridge.store import ClientRepository, Session


@dataclass(frozen=True, slots=True)
class Caller:
    """An application with a token of a destination instance, in the subaccount that owns the instance."""

    subaccount_id: str
    instance_id: str
    token: VerifiedToken


def service_token(authorization: str, verifier: TokenVerifier) -> VerifiedToken:
    """The verified token of an Authorization header.

    Raises `FaultError`: 401 without a bearer token, 400 for text that is no token, 401 for one that is not accepted
    (destination-service §2.1, §3.1).
    """
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise FaultError(fault("destination.authorization-missing"))
    try:
        return verifier.verify(token.strip())
    except TokenRejected as rejected:
        raise _refusal(rejected) from rejected


async def admit(session: Session, token: VerifiedToken) -> Caller:
    """The caller behind a verified token: its client must be one of a destination instance of the token's tenant.

    Raises `FaultError` (403). There are no subscriptions yet, so another tenant is always a stranger.
    """
    client = await ClientRepository(session).get(token.client_id)
    if client is None or client.service is not Service.DESTINATION:
        raise FaultError(fault("destination.wrong-client", client=token.client_id))
    if client.subaccount_id != token.tenant:
        raise FaultError(fault("destination.other-tenant", client=token.client_id, tenant=token.tenant))
    return Caller(client.subaccount_id, client.instance_id, token)


def _refusal(rejected: TokenRejected) -> FaultError:
    if rejected.rejection is Rejection.MALFORMED:
        return FaultError(fault("destination.token-unreadable"))
    if rejected.rejection is Rejection.EXPIRED and rejected.expired is not None:
        expired = datetime.fromtimestamp(rejected.expired, UTC).isoformat(timespec="seconds")
        return FaultError(fault("destination.token-expired", expired=expired))
    return FaultError(fault("destination.token-invalid", reason=rejected.detail))
