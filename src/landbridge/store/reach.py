"""Whom a deletion reaches: subscribers keep content on the levels of a provider's instances, and lose it with them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select, union

from landbridge.store.session import Session
from landbridge.store.tables import certificates, destinations, fragments, instances, subscriptions


async def touch_instances(session: Session, which: ColumnElement[bool]) -> None:
    """Touch every subaccount that has, or keeps something on the level of, one of these instances."""
    owners = [select(instances.c.subaccount_id).where(which)]
    ids = select(instances.c.id).where(which)
    content = [
        select(table.c.subaccount_id).where(table.c.instance_id.in_(ids))
        for table in (destinations, fragments, certificates)
    ]
    for subaccount_id in await session.column(union(*owners, *content)):
        session.touch(subaccount_id)


async def touch_partners(session: Session, subaccount_id: str) -> None:
    """Touch a subaccount and both sides of its subscriptions."""
    session.touch(subaccount_id)
    sides = subscriptions.c
    where = or_(sides.provider_id == subaccount_id, sides.subscriber_id == subaccount_id)
    for row in await session.all(select(sides.provider_id, sides.subscriber_id).where(where)):
        session.touch(row["provider_id"])
        session.touch(row["subscriber_id"])
