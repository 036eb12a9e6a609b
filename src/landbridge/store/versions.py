"""A number for each subaccount that rises whenever something below it changes: what is kept of it in memory is stale.

Refresh tokens, codes and invitations do not count: nothing that is kept in memory shows them.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, update

from landbridge.store.session import Session
from landbridge.store.tables import versions


class VersionRepository:
    """Versions by subaccount; one that never changed has 0. They outlive their subaccount and never fall."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, subaccount_id: str) -> int:
        row = await self._session.one(select(versions.c.version).where(versions.c.subaccount_id == subaccount_id))
        return row["version"] if row else 0

    async def list(self) -> dict[str, int]:
        rows = await self._session.all(select(versions))
        return {row["subaccount_id"]: row["version"] for row in rows}

    async def raise_(self, subaccount_ids: Iterable[str]) -> dict[str, int]:
        """Raise versions by one and return them; `Database.begin` does it for what a session has touched."""
        raised = {}
        for subaccount_id in sorted(subaccount_ids):  # always in the same order: two writers never wait for each other
            insert = self._session.insert(versions).values(subaccount_id=subaccount_id, version=1)
            risen = {"version": versions.c.version + 1}
            statement = insert.on_conflict_do_update(index_elements=["subaccount_id"], set_=risen)
            (raised[subaccount_id],) = await self._session.column(statement.returning(versions.c.version))
        return raised

    async def raise_all(self) -> None:
        """Raise every version there is."""
        await self._session.execute(update(versions).values(version=versions.c.version + 1))
