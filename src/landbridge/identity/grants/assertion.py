"""Tokens as proof of a person: our own ones of the same tenant, and those of issuers that the tenant trusts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from landbridge.faults import FaultError, fault
from landbridge.identity.claims import copied_user_claims
from landbridge.identity.foreign import ForeignTokens, KeysUnavailable, claimed_issuer
from landbridge.identity.people import Person, is_own, shadow_person
from landbridge.identity.verify import Rejection, TokenRejected, TokenVerifier
from landbridge.model.subaccount import Subaccount
from landbridge.model.token import VerifiedToken
from landbridge.store import Database, TrustedIssuerRepository


class Assertions:
    """Judges tokens that are shown as assertions."""

    def __init__(self, db: Database, verifier: TokenVerifier, foreign: ForeignTokens) -> None:
        self._db = db
        self._verifier = verifier
        self._foreign = foreign

    async def person(self, token: str, tenant: Subaccount) -> Person:
        """Whom the token speaks for. Raises `FaultError` (`identity.assertion-*`)."""
        try:
            return await self._person(token, tenant)
        except TokenRejected as rejected:
            raise refusal(rejected) from rejected
        except KeysUnavailable as unavailable:
            raise FaultError(fault("identity.issuer-keys", reason=str(unavailable))) from unavailable

    def technical(self, token: str, tenant: Subaccount) -> VerifiedToken:
        """A token of ours for the same tenant, with or without a person. Raises `FaultError`."""
        try:
            verified = self._verifier.verify(token)
        except TokenRejected as rejected:
            raise refusal(rejected) from rejected
        if verified.tenant != tenant.id:
            raise FaultError(fault("identity.assertion-foreign", tenant=tenant.subdomain))
        return verified

    async def _person(self, token: str, tenant: Subaccount) -> Person:
        issuer = claimed_issuer(token)
        async with self._db.read() as session:
            trusted = await TrustedIssuerRepository(session).list(tenant.id)
        if not any(one.issuer == issuer for one in trusted):
            return _own(self.technical(token, tenant))
        claims = await self._foreign.verify(token, trusted)
        async with self._db.read() as session:
            return await shadow_person(session, tenant, issuer, claims)


def refusal(rejected: TokenRejected) -> FaultError:
    """The fault for a token that is not accepted."""
    if rejected.rejection is Rejection.EXPIRED and rejected.expired is not None:
        return expired(rejected.expired)
    return FaultError(fault("identity.assertion-invalid", reason=rejected.detail))


def expired(moment: float) -> FaultError:
    when = datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")
    return FaultError(fault("identity.assertion-expired", expired=when))


def _own(token: VerifiedToken) -> Person:
    """An exchange never adds to what the assertion may do."""
    if not token.is_user_token:
        raise FaultError(fault("identity.assertion-technical"))
    claims = copied_user_claims(token.claims)
    subject = token.claims.get("sub") or claims.get("user_id") or claims["user_name"]
    return Person(own_user(claims), str(subject), scopes_of(token.claims.get("scope")), claims)


def own_user(claims: dict[str, Any]) -> str:
    """The name of the tenant's own user that the claims speak of; empty for somebody from elsewhere."""
    return str(claims.get("user_name", "")) if is_own(claims) else ""


def scopes_of(claim: Any) -> tuple[str, ...]:
    """A scope claim as text."""
    return tuple(scope for scope in claim if isinstance(scope, str)) if isinstance(claim, list) else ()
