"""Invitations of connectors: one-time secrets, of which only a hash is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from landbridge.model.secret import Secret
from landbridge.store.session import Row, Session
from landbridge.store.tables import invitations


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a one-time secret stands for. `used` is the time of its use, None while it is open."""

    subaccount_id: str
    location_id: str
    expires: float
    used: float | None = None
    connector_id: str | None = None


class InvitationRepository:
    """Invitations by their secret."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def put(self, secret: Secret, invitation: Invitation) -> None:
        values = {name: getattr(invitation, name) for name in Invitation.__slots__}
        await self._session.execute(insert(invitations).values(secret_hash=_hash(secret), **values))

    async def find(self, secret: Secret) -> Invitation | None:
        row = await self._session.one(select(invitations).where(invitations.c.secret_hash == _hash(secret)))
        return _noun(row) if row else None

    async def consume(self, secret: Secret, connector_id: str, now: float) -> bool:
        """Mark an open, unexpired invitation as used. In one statement: of two callers, one gets True."""
        statement = (
            update(invitations)
            .where(
                invitations.c.secret_hash == _hash(secret),
                invitations.c.used.is_(None),
                invitations.c.expires > now,
            )
            .values(used=now, connector_id=connector_id)
        )
        return await self._session.count(statement) == 1


def _hash(secret: Secret) -> str:
    """Secrets are 256 random bits: a plain hash cannot be turned back."""
    return hashlib.sha256(secret.reveal().encode()).hexdigest()


def _noun(row: Row) -> Invitation:
    return Invitation(**{name: row[name] for name in Invitation.__slots__})
