"""Refresh tokens and authorization codes: only a hash of each, what it stands for is sealed."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import ColumnElement, and_, delete, insert, select

from landbridge.model.grant import Grant, GrantKind
from landbridge.model.secret import Secret
from landbridge.store.data_keys import opener, sealer
from landbridge.store.session import Row, Session
from landbridge.store.tables import grants


class GrantRepository:
    """Grants by their secret. They go away with their client and their subaccount; they raise no version."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def put(self, secret: Secret, grant: Grant) -> None:
        """Store what `secret` stands for."""
        hashed = _hash(secret)
        vault = await sealer(self._session, grant.subaccount_id)
        text = json.dumps(dict(grant.content), ensure_ascii=False, separators=(",", ":"))
        row = {
            "secret_hash": hashed,
            "kind": grant.kind.value,
            "subaccount_id": grant.subaccount_id,
            "client_id": grant.client_id,
            "user": grant.user,
            "expires": grant.expires,
            "content": vault.seal(text, context=sealing_context(grant.subaccount_id, hashed)),
        }
        await self._session.execute(insert(grants).values(row))

    async def find(self, kind: GrantKind, secret: Secret, now: float) -> Grant | None:
        """What an unexpired secret stands for; it stays good."""
        row = await self._session.one(select(grants).where(_good(kind, secret, now)))
        return await self._noun(row) if row else None

    async def take(self, kind: GrantKind, secret: Secret, now: float) -> Grant | None:
        """What an unexpired secret stands for; from now on it is worthless. Of two callers, one gets it."""
        statement = delete(grants).where(_good(kind, secret, now)).returning(*grants.c)
        row = await self._session.one(statement)
        return await self._noun(row) if row else None

    async def revoke(self, subaccount_id: str, *, client_id: str | None = None, user: str | None = None) -> int:
        """Make the grants of a subaccount worthless, or only those of a client, a user, or both; returns how many."""
        where = [grants.c.subaccount_id == subaccount_id]
        where += [grants.c.client_id == client_id] if client_id is not None else []
        where += [grants.c.user == user] if user is not None else []
        return await self._session.count(delete(grants).where(*where))

    async def sweep(self, now: float) -> int:
        """Delete what has expired; returns how many."""
        return await self._session.count(delete(grants).where(grants.c.expires <= now))

    async def _noun(self, row: Row) -> Grant:
        vault = await opener(self._session, row["subaccount_id"])
        context = sealing_context(row["subaccount_id"], row["secret_hash"])
        return Grant(
            kind=GrantKind(row["kind"]),
            subaccount_id=row["subaccount_id"],
            client_id=row["client_id"],
            expires=row["expires"],
            user=row["user"],
            content=json.loads(vault.open(row["content"], context=context)),
        )


def _good(kind: GrantKind, secret: Secret, now: float) -> ColumnElement[bool]:
    return and_(grants.c.secret_hash == _hash(secret), grants.c.kind == kind.value, grants.c.expires > now)


def _hash(secret: Secret) -> str:
    """Secrets are random bits: a plain hash cannot be turned back."""
    return hashlib.sha256(secret.reveal().encode()).hexdigest()


def sealing_context(subaccount_id: str, secret_hash: str) -> str:
    """The place of a grant's content."""
    return f"grant/{subaccount_id}/{secret_hash}"
