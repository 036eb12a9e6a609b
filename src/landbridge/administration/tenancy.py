"""Subaccounts, their service instances and their subscriptions."""

from __future__ import annotations

import uuid
from dataclasses import replace

from landbridge.administration.desk import Desk, find_instance
from landbridge.api.admin_bodies import Answer
from landbridge.api.admin_subaccounts import InstanceChange, InstanceWish, SubaccountWish
from landbridge.faults import FaultError, fault
from landbridge.landscape.apply_config import create_on_instance, create_on_subaccount
from landbridge.landscape.clients import new_client
from landbridge.landscape.instance_config import instance_config
from landbridge.landscape.subaccounts import instance_id
from landbridge.model.identifiers import is_guid, is_subdomain
from landbridge.model.instance_config import InstanceConfig
from landbridge.model.subaccount import Service, ServiceInstance, Subaccount
from landbridge.model.subscription import Subscription
from landbridge.store import (
    ClientRepository,
    InstanceRepository,
    Session,
    SubaccountRepository,
    SubscriptionRepository,
    UserRepository,
)

_PLANS = {Service.DESTINATION: "lite", Service.CONNECTIVITY: "lite", Service.XSUAA: "application"}


class Tenancy:
    """See `landbridge.api.admin_subaccounts.TenancyDesk`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def subaccounts(self) -> list[Answer]:
        async with self._desk.parts.db.read() as session:
            return [await _shown(session, subaccount) for subaccount in await self._desk.visible(session)]

    async def subaccount(self, name: str) -> Answer:
        async with self._desk.parts.db.read() as session:
            return await _shown(session, await self._desk.subaccount(session, name))

    async def create_subaccount(self, wish: SubaccountWish) -> Answer:
        self._desk.demand_installation("Creating subaccounts")
        subaccount = Subaccount(wish.id or str(uuid.uuid4()), wish.subdomain, wish.name)
        if not is_guid(subaccount.id):
            raise _invalid("id: it is no lower-case GUID")
        if not is_subdomain(subaccount.subdomain):
            raise _invalid("subdomain: it is no DNS label of lower-case letters, digits and '-'")
        async with self._desk.parts.db.begin() as session:
            repository = SubaccountRepository(session)
            if await repository.get(subaccount.id) is not None:
                owner = "another subaccount"
                raise FaultError(fault("store.conflict", what="subaccount", name=subaccount.id, owner=owner))
            await repository.put(subaccount)
            return await _shown(session, subaccount)

    async def delete_subaccount(self, name: str) -> None:
        self._desk.demand_installation("Deleting subaccounts")
        async with self._desk.parts.db.begin() as session:
            found = await self._desk.subaccount(session, name)
            await SubaccountRepository(session).delete(found.id)
        self._desk.parts.keyring.bump()
        self._desk.parts.tunnels.traces.enable(found.id, 0)

    async def instances(self, subaccount: str) -> list[Answer]:
        async with self._desk.parts.db.read() as session:
            found = await self._desk.subaccount(session, subaccount)
            return [_instance(one) for one in await InstanceRepository(session).list(found.id)]

    async def create_instance(self, subaccount: str, wish: InstanceWish) -> Answer:
        """A new instance with a first binding and what its configuration says.

        When a name of the configuration is taken and its policy is `fail`, the instance goes away again; what was
        created on the subaccount's level stays, as in the original.
        """
        config = instance_config(wish.config)
        _check_configurable(wish.service, config)
        instance = await self._put_instance(subaccount, wish)
        try:
            for create in (create_on_subaccount, create_on_instance):
                async with self._desk.parts.db.begin() as session:
                    await create(session, instance, config)
        except FaultError:
            async with self._desk.parts.db.begin() as session:
                await InstanceRepository(session).delete(instance.id)
            raise
        finally:
            self._desk.parts.keyring.bump()
        return _instance(instance)

    async def configure_instance(self, subaccount: str, instance: str, change: InstanceChange) -> Answer:
        """More initial content, and other scopes for people of subscribers; what it does not name stays.

        All of it is done, or nothing: an instance that is there must not be left half configured.
        """
        config = instance_config(change.config)
        async with self._desk.parts.db.begin() as session:
            found = await find_instance(session, await self._desk.subaccount(session, subaccount), instance)
            _check_configurable(found.service, config)
            for create in (create_on_subaccount, create_on_instance):
                await create(session, found, config)
        return _instance(found)

    async def _put_instance(self, subaccount: str, wish: InstanceWish) -> ServiceInstance:
        async with self._desk.parts.db.begin() as session:
            found = await self._desk.subaccount(session, subaccount)
            repository = InstanceRepository(session)
            taken = await repository.by_name(found.id, wish.name)
            if taken is not None:
                raise FaultError(fault("store.conflict", what="instance", name=wish.name, owner=taken.id))
            instance = _wished(found, wish)
            if await repository.get(instance.id) is not None:  # one of this name was renamed
                instance = replace(instance, id=str(uuid.uuid4()))
            client = new_client(instance)
            if (holder := await ClientRepository(session).get(client.id)) is not None:
                what = "application name"
                raise FaultError(fault("store.conflict", what=what, name=instance.xsappname, owner=holder.instance_id))
            await repository.put(instance)
            await ClientRepository(session).put(client)
        return instance

    async def delete_instance(self, subaccount: str, instance: str) -> None:
        async with self._desk.parts.db.begin() as session:
            found = await find_instance(session, await self._desk.subaccount(session, subaccount), instance)
            await InstanceRepository(session).delete(found.id)
        self._desk.parts.keyring.bump()

    async def subscriptions(self, subaccount: str) -> list[Answer]:
        """Those that the subaccount has, and those that others have to its applications."""
        async with self._desk.parts.db.read() as session:
            found = await self._desk.subaccount(session, subaccount)
            repository = SubscriptionRepository(session)
            all_of = [*await repository.of_subscriber(found.id), *await repository.list(found.id)]
            subdomains = {one.id: one.subdomain for one in await SubaccountRepository(session).list()}
        return [_subscription(one, subdomains) for one in dict.fromkeys(all_of)]

    async def subscribe(self, subaccount: str, provider: str, application: str) -> Answer:
        """It opens the subscriber to the provider's application, so it takes somebody who administers both."""
        self._desk.demand_installation("Subscribing to applications of other subaccounts")
        async with self._desk.parts.db.begin() as session:
            subscription, subdomains = await self._subscription(session, subaccount, provider, application)
            if subscription.subscriber_id == subscription.provider_id:
                raise _invalid("provider: a subaccount needs no subscription to its own applications")
            await SubscriptionRepository(session).put(subscription)
        self._desk.parts.keyring.bump()
        return _subscription(subscription, subdomains)

    async def unsubscribe(self, subaccount: str, provider: str, application: str) -> None:
        async with self._desk.parts.db.begin() as session:
            subscriber = await self._desk.subaccount(session, subaccount)
            repository = SubscriptionRepository(session)
            subdomains = {one.id: one.subdomain for one in await SubaccountRepository(session).list()}
            for one in await repository.of_subscriber(subscriber.id):
                if one.application == application and provider in (one.provider_id, subdomains[one.provider_id]):
                    await repository.delete(one)
                    break
            else:
                raise FaultError(
                    fault(
                        "platform.unknown-subscription",
                        subaccount=subscriber.subdomain,
                        provider=provider[:100],
                        application=application[:100],
                    )
                )
        self._desk.parts.keyring.bump()

    async def _subscription(
        self, session: Session, subscriber: str, provider: str, application: str
    ) -> tuple[Subscription, dict[str, str]]:
        one, other = await self._desk.subaccount(session, subscriber), await self._desk.subaccount(session, provider)
        return Subscription(one.id, other.id, application), {one.id: one.subdomain, other.id: other.subdomain}


def _check_configurable(service: Service, config: InstanceConfig) -> None:
    if config != InstanceConfig() and service is not Service.DESTINATION:
        raise _invalid("config: only instances of the destination service have one")


def _wished(subaccount: Subaccount, wish: InstanceWish) -> ServiceInstance:
    service = Service(wish.service)
    if service is not Service.XSUAA and (wish.xsappname or wish.redirect_uris):
        raise _invalid("xsappname, redirectUris: only xsuaa instances have them")
    return ServiceInstance(
        id=instance_id(subaccount.id, wish.name),
        name=wish.name,
        service=service,
        plan=wish.plan or _PLANS[service],
        subaccount_id=subaccount.id,
        xsappname=(wish.xsappname or wish.name) if service is Service.XSUAA else "",
        redirect_uris=wish.redirect_uris,
    )


async def _shown(session: Session, subaccount: Subaccount) -> Answer:
    instances = await InstanceRepository(session).list(subaccount.id)
    return {
        "id": subaccount.id,
        "subdomain": subaccount.subdomain,
        "name": subaccount.name,
        "instances": [_instance(one) for one in instances],
        "users": [user.name for user in await UserRepository(session).list(subaccount.id)],
    }


def _instance(instance: ServiceInstance) -> Answer:
    more = {"redirectUris": list(instance.redirect_uris)} if instance.redirect_uris else {}
    return {
        "id": instance.id,
        "name": instance.name,
        "service": instance.service.value,
        "plan": instance.plan,
        **more,
    }


def _subscription(subscription: Subscription, subdomains: dict[str, str]) -> Answer:
    return {
        "subscriberId": subscription.subscriber_id,
        "subscriber": subdomains.get(subscription.subscriber_id, ""),
        "providerId": subscription.provider_id,
        "provider": subdomains.get(subscription.provider_id, ""),
        "application": subscription.application,
    }


def _invalid(reason: str) -> FaultError:
    return FaultError(fault("platform.request-invalid", reason=reason))
