"""refresh_token: a new token for the same person, and the next refresh token (RFC 6749 §6)."""

from __future__ import annotations

from landbridge.faults import FaultError, fault
from landbridge.identity.people import own_person
from landbridge.identity.refresh import Continuation, RefreshTokens
from landbridge.identity.request import Granted, GrantRequest
from landbridge.store import Database

GRANT_TYPE = "refresh_token"


class RefreshTokenGrant:
    """Looks the user up again: who is gone gets nothing, who lost a scope gets less."""

    def __init__(self, db: Database, refresh: RefreshTokens) -> None:
        self._db = db
        self._refresh = refresh

    async def __call__(self, request: GrantRequest) -> Granted:
        """Raises `FaultError`: `identity.parameter-missing`, `identity.refresh-*`, `identity.user-gone`."""
        continuation = await self._refresh.take(request.required("refresh_token"), request.client.id)
        if continuation.subaccount_id != request.tenant.id:
            raise FaultError(fault("identity.refresh-of-another", client=request.client.id))
        if not continuation.user:
            return _granted(continuation, continuation.subject, continuation.scopes, continuation.claims)
        async with self._db.read() as session:
            person = await own_person(session, request.tenant, continuation.user)
        if person is None:
            raise FaultError(fault("identity.user-gone", user=continuation.user, tenant=request.tenant.subdomain))
        kept = tuple(scope for scope in continuation.scopes if scope in person.scopes)
        return _granted(continuation, person.subject, kept, person.claims)


def _granted(continuation: Continuation, subject: str, scopes: tuple[str, ...], claims: object) -> Granted:
    assert isinstance(claims, dict)
    return Granted(
        subject, scopes, claims, continuation.user, renews=True, family=continuation.family, openid=continuation.openid
    )
