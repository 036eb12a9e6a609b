"""Subscriptions in the store, and what providers demand of their subscribers' users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, union

from landbridge.model.subscription import AccessScopes, SubscriberAccess, Subscription
from landbridge.store.session import Session
from landbridge.store.tables import (
    certificates,
    destinations,
    fragments,
    instances,
    subscriber_access,
    subscriptions,
)


class SubscriptionRepository:
    """Who uses whose application. A change touches both sides."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def put(self, subscription: Subscription) -> bool:
        """Store it; returns whether it is new."""
        new = await self._session.insert_new(subscriptions, asdict(subscription))
        return self._touched(subscription, new)

    async def delete(self, subscription: Subscription) -> bool:
        """End it; the subscriber's content of the application's instances stays until one of the two is deleted."""
        gone = await self._session.count(delete(subscriptions).where(_is(subscription))) > 0
        return self._touched(subscription, gone)

    async def list(self, provider_id: str) -> Sequence[Subscription]:
        """Subscriptions to the applications of a provider."""
        return await self._where(subscriptions.c.provider_id == provider_id)

    async def of_subscriber(self, subscriber_id: str) -> Sequence[Subscription]:
        """Subscriptions that a subscriber has."""
        return await self._where(subscriptions.c.subscriber_id == subscriber_id)

    async def is_subscribed(self, subscriber_id: str, provider_id: str, application: str | None = None) -> bool:
        """Whether the subscriber uses `application`, or any application, of the provider."""
        where = and_(subscriptions.c.subscriber_id == subscriber_id, subscriptions.c.provider_id == provider_id)
        if application is not None:
            where = and_(where, subscriptions.c.application == application)
        return await self._session.one(select(subscriptions.c.application).where(where).limit(1)) is not None

    async def content_levels(self, subscriber_id: str) -> Sequence[str]:
        """Ids of the instances of others for which the subscriber keeps something, subscribed or not."""
        own = select(instances.c.id).where(instances.c.subaccount_id == subscriber_id)
        kept = [
            select(table.c.instance_id).where(
                table.c.subaccount_id == subscriber_id,
                table.c.instance_id.is_not(None),
                table.c.instance_id.not_in(own),
            )
            for table in (destinations, fragments, certificates)
        ]
        return sorted(await self._session.column(union(*kept)))

    async def _where(self, where: ColumnElement[bool]) -> Sequence[Subscription]:
        query = select(subscriptions).where(where).order_by(*subscriptions.primary_key)
        return [Subscription(**row) for row in await self._session.all(query)]

    def _touched(self, subscription: Subscription, changed: bool) -> bool:
        if changed:
            self._session.touch(subscription.provider_id)
            self._session.touch(subscription.subscriber_id)
        return changed


class SubscriberAccessRepository:
    """Scopes that users of subscribers need, by instance."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, instance_id: str) -> SubscriberAccess | None:
        query = select(subscriber_access).where(subscriber_access.c.instance_id == instance_id)
        row = await self._session.one(query)
        if row is None:
            return None
        scopes = row["scopes"]
        return SubscriberAccess(instance_id, _scopes(scopes["destination"]), _scopes(scopes["certificate"]))

    async def put(self, access: SubscriberAccess) -> bool:
        """Store it; returns whether anything changed."""
        if await self.get(access.instance_id) == access:
            return False
        scopes = {"destination": asdict(access.destination), "certificate": asdict(access.certificate)}
        await self._session.upsert(subscriber_access, {"instance_id": access.instance_id, "scopes": scopes})
        await self._touch(access.instance_id)
        return True

    async def delete(self, instance_id: str) -> bool:
        where = subscriber_access.c.instance_id == instance_id
        gone = await self._session.count(delete(subscriber_access).where(where)) > 0
        if gone:
            await self._touch(instance_id)
        return gone

    async def _touch(self, instance_id: str) -> None:
        for owner in await self._session.column(select(instances.c.subaccount_id).where(instances.c.id == instance_id)):
            self._session.touch(owner)


def _is(subscription: Subscription) -> ColumnElement[bool]:
    return and_(*(subscriptions.c[name] == value for name, value in asdict(subscription).items()))


def _scopes(fields: dict[str, Any]) -> AccessScopes:
    return AccessScopes(tuple(fields["read"]), tuple(fields["write"]))
