"""Foreign token issuers that subaccounts trust."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import ColumnElement, and_, delete, select

from landbridge.model.trust import TrustedIssuer
from landbridge.store.session import Session
from landbridge.store.tables import trusted_issuers


class TrustedIssuerRepository:
    """Trusted issuers by subaccount and issuer."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, subaccount_id: str, issuer: str) -> TrustedIssuer | None:
        row = await self._session.one(select(trusted_issuers).where(_is(subaccount_id, issuer)))
        return TrustedIssuer(**row) if row else None

    async def list(self, subaccount_id: str) -> list[TrustedIssuer]:
        query = select(trusted_issuers).where(trusted_issuers.c.subaccount_id == subaccount_id)
        return [TrustedIssuer(**row) for row in await self._session.all(query.order_by(trusted_issuers.c.issuer))]

    async def put(self, issuer: TrustedIssuer) -> bool:
        """Store it; returns whether anything changed."""
        if await self.get(issuer.subaccount_id, issuer.issuer) == issuer:
            return False
        await self._session.upsert(trusted_issuers, asdict(issuer))
        self._session.touch(issuer.subaccount_id)
        return True

    async def delete(self, subaccount_id: str, issuer: str) -> bool:
        gone = await self._session.count(delete(trusted_issuers).where(_is(subaccount_id, issuer))) > 0
        if gone:
            self._session.touch(subaccount_id)
        return gone


def _is(subaccount_id: str, issuer: str) -> ColumnElement[bool]:
    return and_(trusted_issuers.c.subaccount_id == subaccount_id, trusted_issuers.c.issuer == issuer)
