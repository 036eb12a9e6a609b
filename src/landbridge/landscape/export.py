"""From the store back to a landscape: what the cloud side knows, as nouns."""

from __future__ import annotations

from typing import TypeVar

from landbridge.model.content import LabelledEntity, LevelContent, SubscriptionContent
from landbridge.model.instance_config import InstanceConfig
from landbridge.model.label import EntityKind
from landbridge.model.landscape import ConnectorContent, Landscape
from landbridge.model.subaccount import InstanceContent, Service, ServiceInstance, Subaccount, SubaccountContent
from landbridge.store import (
    CertificateRepository,
    ConnectorRepository,
    Database,
    DestinationRepository,
    FragmentRepository,
    InstanceRepository,
    LabelRepository,
    RoleRepository,
    ServiceMappingRepository,
    Session,
    SubaccountRepository,
    SubscriberAccessRepository,
    SubscriptionRepository,
    TrustedIssuerRepository,
    UserRepository,
)
from landbridge.store.levels import Entity, LevelRepository

N = TypeVar("N", bound=Entity)

_CHUNK = 200


async def exported(db: Database) -> Landscape:
    """Everything that a landscape can describe. Users come without passwords: those are hashes; connectors without
    mappings: those are theirs."""
    async with db.read() as session:
        subaccounts = await SubaccountRepository(session).list()
        contents = [await _subaccount(session, subaccount) for subaccount in subaccounts]
        connectors = [
            ConnectorContent(expected.name, subaccount.id, expected.location_id)
            for subaccount in subaccounts
            for expected in await ConnectorRepository(session).expected(subaccount.id)
        ]
    return Landscape(tuple(contents), tuple(connectors))


async def _subaccount(session: Session, subaccount: Subaccount) -> SubaccountContent:
    instances = await InstanceRepository(session).list(subaccount.id)
    return SubaccountContent(
        subaccount,
        users=tuple(await UserRepository(session).list(subaccount.id)),
        instances=tuple([await _instance(session, instance) for instance in instances]),
        level=await _level(session, (subaccount.id, None)),
        service_mappings=tuple(await ServiceMappingRepository(session).list(subaccount.id)),
        subscriptions=tuple(await SubscriptionRepository(session).of_subscriber(subaccount.id)),
        issuers=tuple(await TrustedIssuerRepository(session).list(subaccount.id)),
        roles=tuple(await RoleRepository(session).list(subaccount.id)),
        subscription_content=await _subscription_content(session, subaccount.id),
    )


async def _subscription_content(session: Session, subscriber_id: str) -> tuple[SubscriptionContent, ...]:
    """Both zones of each level, as far as there is something in them."""
    found = []
    for instance_id in await SubscriptionRepository(session).content_levels(subscriber_id):
        instance = await InstanceRepository(session).get(instance_id)
        assert instance  # content goes away with its instance
        for shared in (False, True):
            level = await _level(session, (subscriber_id, instance_id), shared)
            if level != LevelContent():
                found.append(SubscriptionContent(instance.subaccount_id, instance.name, shared, level))
    return tuple(found)


async def _instance(session: Session, instance: ServiceInstance) -> InstanceContent:
    if instance.service is not Service.DESTINATION:
        return InstanceContent(instance)
    access = await SubscriberAccessRepository(session).get(instance.id)
    config = InstanceConfig(
        destination_access=access.destination if access else None,
        certificate_access=access.certificate if access else None,
    )
    return InstanceContent(instance, await _level(session, (instance.subaccount_id, instance.id)), config)


async def _level(session: Session, place: tuple[str, str | None], shared: bool | None = None) -> LevelContent:
    """What is on a level. `shared`: in one of its zones."""
    destinations = await _entities(DestinationRepository(session), place, shared)
    fragments = await _entities(FragmentRepository(session), place, shared)
    certificates = await _entities(CertificateRepository(session), place, shared)
    labels: list[LabelledEntity] = []
    labels += await _labels(session, EntityKind.DESTINATION, place, [one.name for one in destinations])
    labels += await _labels(session, EntityKind.FRAGMENT, place, [one.name for one in fragments])
    labels += await _labels(session, EntityKind.CERTIFICATE, place, [one.name for one in certificates])
    return LevelContent(destinations, fragments, certificates, tuple(labels))


async def _entities(
    repository: LevelRepository[N], place: tuple[str, str | None], shared: bool | None
) -> tuple[N, ...]:
    return tuple([one.noun async for one in repository.stream(*place) if shared in (None, one.shared)])


async def _labels(
    session: Session, kind: EntityKind, place: tuple[str, str | None], names: list[str]
) -> list[LabelledEntity]:
    found = []
    for start in range(0, len(names), _CHUNK):
        labels = await LabelRepository(session).get_many(kind, place, names[start : start + _CHUNK])
        found += [LabelledEntity(kind, name, tuple(some)) for name, some in labels.items()]
    return found
