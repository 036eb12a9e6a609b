"""Subaccounts in the store."""

from __future__ import annotations

from sqlalchemy import delete, select

from landbridge.faults import FaultError, fault
from landbridge.model.subaccount import Subaccount
from landbridge.store.reach import touch_instances, touch_partners
from landbridge.store.session import Row, Session
from landbridge.store.tables import instances, subaccounts


class SubaccountRepository:
    """All subaccounts of this installation."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, subaccount_id: str) -> Subaccount | None:
        row = await self._session.one(select(subaccounts).where(subaccounts.c.id == subaccount_id))
        return _noun(row) if row else None

    async def by_subdomain(self, subdomain: str) -> Subaccount | None:
        row = await self._session.one(select(subaccounts).where(subaccounts.c.subdomain == subdomain))
        return _noun(row) if row else None

    async def list(self) -> list[Subaccount]:
        return [_noun(row) for row in await self._session.all(select(subaccounts).order_by(subaccounts.c.subdomain))]

    async def put(self, subaccount: Subaccount) -> bool:
        """Store it; returns whether anything changed.

        Raises `FaultError` (`store.conflict`) when another subaccount has the subdomain.
        """
        if await self.get(subaccount.id) == subaccount:
            return False
        holder = await self.by_subdomain(subaccount.subdomain)
        if holder is not None and holder.id != subaccount.id:
            raise FaultError(fault("store.conflict", what="subdomain", name=subaccount.subdomain, owner=holder.id))
        row = {"id": subaccount.id, "subdomain": subaccount.subdomain, "name": subaccount.name}
        await self._session.upsert(subaccounts, row)
        self._session.touch(subaccount.id)
        return True

    async def delete(self, subaccount_id: str) -> bool:
        """Delete it with all it owns, and with what its subscribers keep on the levels of its instances."""
        await touch_instances(self._session, instances.c.subaccount_id == subaccount_id)
        await touch_partners(self._session, subaccount_id)
        self._session.opened.pop(subaccount_id, None)  # its data key goes, too: one made anew is another one
        return await self._session.count(delete(subaccounts).where(subaccounts.c.id == subaccount_id)) > 0


def _noun(row: Row) -> Subaccount:
    return Subaccount(id=row["id"], subdomain=row["subdomain"], name=row["name"])
