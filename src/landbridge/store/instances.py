"""Service instances in the store."""

from __future__ import annotations

from sqlalchemy import delete, select

from landbridge.faults import FaultError, fault
from landbridge.model.subaccount import Service, ServiceInstance
from landbridge.store.reach import touch_instances
from landbridge.store.session import Row, Session
from landbridge.store.tables import instances


class InstanceRepository:
    """Service instances; the name is unique within a subaccount, the id everywhere."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, instance_id: str) -> ServiceInstance | None:
        row = await self._session.one(select(instances).where(instances.c.id == instance_id))
        return _noun(row) if row else None

    async def by_name(self, subaccount_id: str, name: str) -> ServiceInstance | None:
        mine = instances.c.subaccount_id == subaccount_id
        row = await self._session.one(select(instances).where(mine, instances.c.name == name))
        return _noun(row) if row else None

    async def list(self, subaccount_id: str) -> list[ServiceInstance]:
        query = select(instances).where(instances.c.subaccount_id == subaccount_id).order_by(instances.c.name)
        return [_noun(row) for row in await self._session.all(query)]

    async def put(self, instance: ServiceInstance) -> bool:
        """Store it; returns whether anything changed.

        Raises `FaultError` (`store.conflict`): the name belongs to another instance, or the id to another subaccount.
        """
        stored = await self.get(instance.id)
        if stored == instance:
            return False
        if stored is not None and stored.subaccount_id != instance.subaccount_id:
            raise FaultError(fault("store.conflict", what="instance", name=instance.id, owner=stored.subaccount_id))
        holder = await self.by_name(instance.subaccount_id, instance.name)
        if holder is not None and holder.id != instance.id:
            raise FaultError(fault("store.conflict", what="instance", name=instance.name, owner=holder.id))
        await self._session.upsert(instances, _row(instance))
        self._session.touch(instance.subaccount_id)
        return True

    async def delete(self, instance_id: str) -> bool:
        """Delete it with its clients and all that lives on its level, in every subaccount."""
        await touch_instances(self._session, instances.c.id == instance_id)
        return await self._session.count(delete(instances).where(instances.c.id == instance_id)) > 0


def _row(instance: ServiceInstance) -> Row:
    return {
        "id": instance.id,
        "subaccount_id": instance.subaccount_id,
        "name": instance.name,
        "service": instance.service.value,
        "plan": instance.plan,
        "xsappname": instance.xsappname,
        "redirect_uris": list(instance.redirect_uris),
    }


def _noun(row: Row) -> ServiceInstance:
    return ServiceInstance(
        id=row["id"],
        name=row["name"],
        service=Service(row["service"]),
        plan=row["plan"],
        subaccount_id=row["subaccount_id"],
        xsappname=row["xsappname"],
        redirect_uris=tuple(row["redirect_uris"] or ()),
    )
