"""The configuration of an instance at work: initial content, and what subscribers need (destination-service §8.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from landbridge.faults import FaultError, fault
from landbridge.landscape.changes import Item, Ledger
from landbridge.model.instance_config import ExistingPolicy, InitialContent, InstanceConfig
from landbridge.model.subaccount import ServiceInstance
from landbridge.model.subscription import AccessScopes, SubscriberAccess
from landbridge.store import CertificateRepository, DestinationRepository, Session, SubscriberAccessRepository
from landbridge.store.levels import Entity, LevelRepository

N = TypeVar("N", bound=Entity)


async def create_on_subaccount(
    session: Session, instance: ServiceInstance, config: InstanceConfig, ledger: Ledger | None = None
) -> None:
    """The initial content of the subaccount's level.

    When an instance is created by itself, commit this before `create_on_instance`: after a failure the original keeps
    what is on the subaccount's level.
    Raises `FaultError` (`file.config-refused`): a name is taken and the policy is `fail`.
    """
    await _create(session, instance, None, config.subaccount, ledger or Ledger())


async def create_on_instance(
    session: Session, instance: ServiceInstance, config: InstanceConfig, ledger: Ledger | None = None
) -> None:
    """The initial content of the instance's level, and what its subscribers need. Raises `FaultError` as above."""
    await _create(session, instance, instance.id, config.instance, ledger or Ledger())
    await set_access(session, instance, config, ledger or Ledger())


async def set_access(session: Session, instance: ServiceInstance, config: InstanceConfig, ledger: Ledger) -> None:
    """What subscribers need; a section that the configuration does not have stays as it is, an empty one goes."""
    if config.destination_access is None and config.certificate_access is None:
        return
    repository = SubscriberAccessRepository(session)
    before = await repository.get(instance.id)
    access = before or SubscriberAccess(instance.id)
    if config.destination_access is not None:
        access = replace(access, destination=config.destination_access)
    if config.certificate_access is not None:
        access = replace(access, certificate=config.certificate_access)
    item = Item("subscriber access", instance.subaccount_id, instance.name)
    if access.destination == access.certificate == AccessScopes():
        if await repository.delete(instance.id):
            ledger.removed.append(item)
        return
    ledger.stored(item, before is not None, await repository.put(access))


async def _create(
    session: Session, instance: ServiceInstance, level: str | None, content: InitialContent, ledger: Ledger
) -> None:
    place = (instance.subaccount_id, level)
    destinations, certificates = DestinationRepository(session), CertificateRepository(session)
    await _entities(destinations, place, content.destinations, content.existing_destinations, ledger)
    await _entities(certificates, place, content.certificates, content.existing_certificates, ledger)


async def _entities(
    repository: LevelRepository[N],
    place: tuple[str, str | None],
    wanted: Sequence[N],
    policy: ExistingPolicy,
    ledger: Ledger,
) -> None:
    present = await repository.get_many(*place, [noun.name for noun in wanted])
    if policy is ExistingPolicy.FAIL:
        for name in present:
            level = "instance" if place[1] else "subaccount"
            kind = repository.kind.value.capitalize()
            raise FaultError(fault("file.config-refused", kind=kind, name=name, level=level))
    chosen = [noun for noun in wanted if policy is ExistingPolicy.UPDATE or noun.name not in present]
    changed = set(await repository.put_many(*place, chosen))
    for noun in chosen:
        item = Item(repository.kind.value, place[0], noun.name)
        ledger.stored(item, noun.name in present, noun.name in changed)
