"""Brings subscriptions, and what subscribers keep for their providers, to what a landscape says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from landbridge.faults import FaultError, fault
from landbridge.landscape.apply_level import LevelApplication
from landbridge.landscape.changes import Item, Ledger
from landbridge.model.content import LevelContent, SubscriptionContent
from landbridge.model.label import EntityKind
from landbridge.model.subaccount import Service, ServiceInstance, SubaccountContent
from landbridge.model.subscription import Subscription
from landbridge.store import InstanceRepository, Session, SubaccountRepository, SubscriptionRepository


async def apply_subscriptions(session: Session, content: SubaccountContent, ledger: Ledger) -> None:
    """Those that the subaccount has as a subscriber. Raises `FaultError` (`landscape.provider-unknown`)."""
    repository, own = SubscriptionRepository(session), content.subaccount
    present = set(await repository.of_subscriber(own.id))
    for surplus in present - set(content.subscriptions):
        await repository.delete(surplus)
        ledger.removed.append(_item(surplus))
    for wanted in content.subscriptions:
        if await SubaccountRepository(session).get(wanted.provider_id) is None:
            raise FaultError(fault("landscape.provider-unknown", subaccount=own.subdomain, provider=wanted.provider_id))
        changed = await repository.put(wanted)
        ledger.stored(_item(wanted), wanted in present, changed)


async def apply_subscription_content(session: Session, content: SubaccountContent, ledger: Ledger) -> None:
    """What the subaccount keeps for its providers, and nothing else.

    Raises `FaultError` (`landscape.instance-unknown`) for an instance that its provider does not have.
    """
    own = content.subaccount
    wanted: dict[str, list[SubscriptionContent]] = {}
    instances: dict[str, ServiceInstance] = {}
    for one in content.subscription_content:
        instance = await _instance(session, own.subdomain, one)
        instances[instance.id] = instance
        wanted.setdefault(instance.id, []).append(one)
    for instance_id in await SubscriptionRepository(session).content_levels(own.id):
        wanted.setdefault(instance_id, [])
    for instance_id, zones in wanted.items():
        known = instances.get(instance_id) or await InstanceRepository(session).get(instance_id)
        prefix = f"{known.name if known else instance_id}/"
        level = LevelApplication(session, (own.id, instance_id), prefix, ledger, shared=_shared(zones))
        await level.run(_together(zones))


async def _instance(session: Session, subscriber: str, content: SubscriptionContent) -> ServiceInstance:
    instances = InstanceRepository(session)
    found = await instances.by_name(content.provider_id, content.instance) or await instances.get(content.instance)
    if found is None or found.subaccount_id != content.provider_id or found.service is not Service.DESTINATION:
        raise FaultError(
            fault(
                "landscape.instance-unknown",
                subaccount=subscriber,
                instance=content.instance[:100],
                provider=content.provider_id,
            )
        )
    return found


def _together(zones: Sequence[SubscriptionContent]) -> LevelContent:
    levels = [one.level for one in zones]
    return LevelContent(
        destinations=tuple(noun for level in levels for noun in level.destinations),
        fragments=tuple(noun for level in levels for noun in level.fragments),
        certificates=tuple(noun for level in levels for noun in level.certificates),
        labels=tuple(entity for level in levels for entity in level.labels),
    )


def _shared(zones: Sequence[SubscriptionContent]) -> Mapping[EntityKind, frozenset[str]]:
    shared = _together([one for one in zones if one.shared])
    return {
        EntityKind.DESTINATION: frozenset(noun.name for noun in shared.destinations),
        EntityKind.FRAGMENT: frozenset(noun.name for noun in shared.fragments),
        EntityKind.CERTIFICATE: frozenset(noun.name for noun in shared.certificates),
    }


def _item(subscription: Subscription) -> Item:
    return Item("subscription", subscription.subscriber_id, subscription.application)
