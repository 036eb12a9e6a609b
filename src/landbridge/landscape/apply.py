"""Brings the store to what a landscape says: all of it or nothing, and twice is the same as once.

What a landscape no longer names inside a subaccount that it names is removed; subaccounts that it does not name stay.
Mappings are not for the cloud side: of a connector only the location id is registered.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from landbridge.landscape.changes import Changes, Item, Ledger
from landbridge.landscape.clients import BINDING, new_client
from landbridge.model.destination import Destination
from landbridge.model.landscape import ConnectorContent, Landscape
from landbridge.model.subaccount import ServiceInstance, SubaccountContent
from landbridge.store import (
    ClientRepository,
    ConnectorRepository,
    Database,
    DestinationRepository,
    InstanceRepository,
    Session,
    SubaccountRepository,
    UserRepository,
)


class Keys(Protocol):
    """The part of the key ring that has to know: tokens verified before a change of clients are verified anew."""

    def bump(self) -> object: ...


async def apply(landscape: Landscape, db: Database, keyring: Keys) -> Changes:
    """Apply the cloud part of `landscape` in one transaction.

    Raises `FaultError` (`store.conflict`) when an id, a subdomain or an application name belongs to somebody else;
    then nothing was changed.
    """
    ledger = Ledger()
    async with db.begin() as session:
        for content in landscape.subaccounts:
            await _Application(session, content, ledger).run()
        await _connectors(session, landscape, ledger)
    changes = ledger.close()
    if changes.touches("subaccount", "instance", "client"):
        keyring.bump()
    return changes


class _Application:
    """Applies one subaccount inside an open transaction."""

    def __init__(self, session: Session, content: SubaccountContent, ledger: Ledger) -> None:
        self._session = session
        self._content = content
        self._ledger = ledger
        self._id = content.subaccount.id

    async def run(self) -> None:
        """The subaccount first, for all else belongs to it; removals before additions, so that names are free."""
        subaccounts = SubaccountRepository(self._session)
        existed = await subaccounts.get(self._id) is not None
        changed = await subaccounts.put(self._content.subaccount)
        self._ledger.stored(self._item("subaccount", self._content.subaccount.subdomain), existed, changed)
        await self._users()
        await self._instances()
        await self._destinations(None, self._content.destinations)

    def _item(self, kind: str, name: str) -> Item:
        return Item(kind, self._id, name)

    async def _users(self) -> None:
        users = UserRepository(self._session)
        present = {user.name for user in await users.list(self._id)}
        for name in sorted(present - {user.name for user in self._content.users}):
            await users.delete(self._id, name)
            self._ledger.removed.append(self._item("user", name))
        for user in self._content.users:
            changed = await users.put(self._id, user)
            self._ledger.stored(self._item("user", user.name), user.name in present, changed)

    async def _instances(self) -> None:
        instances = InstanceRepository(self._session)
        present = {instance.id: instance for instance in await instances.list(self._id)}
        for surplus in present.keys() - {content.instance.id for content in self._content.instances}:
            await instances.delete(surplus)
            self._ledger.removed.append(self._item("instance", present[surplus].name))
        for content in self._content.instances:
            changed = await instances.put(content.instance)
            existed = content.instance.id in present
            self._ledger.stored(self._item("instance", content.instance.name), existed, changed)
            await self._client(content.instance)
            await self._destinations(content.instance, content.destinations)

    async def _client(self, instance: ServiceInstance) -> None:
        """The client of the binding is made once; another service or application name needs another one."""
        clients = ClientRepository(self._session)
        wanted = new_client(instance)
        for client in await clients.for_instance(instance.id):
            if client.binding_name != BINDING:
                continue
            if (client.id, client.service) == (wanted.id, wanted.service):
                self._ledger.unchanged.append(self._item("client", client.id))
                return
            await clients.delete(client.id)
            self._ledger.removed.append(self._item("client", client.id))
        await clients.put(wanted)
        self._ledger.created.append(self._item("client", wanted.id))

    async def _destinations(self, instance: ServiceInstance | None, wanted: Iterable[Destination]) -> None:
        """`instance` is None for the level of the subaccount."""
        level = instance.id if instance else None
        prefix = f"{instance.name}/" if instance else ""
        destinations = DestinationRepository(self._session)
        by_name = {destination.name: destination for destination in wanted}
        present = {destination.name for destination in await destinations.list(self._id, level)}
        for name in sorted(present - by_name.keys()):
            await destinations.delete(self._id, level, name)
            self._ledger.removed.append(self._item("destination", prefix + name))
        for name, destination in by_name.items():
            changed = await destinations.put(self._id, level, destination)
            self._ledger.stored(self._item("destination", prefix + name), name in present, changed)


async def _connectors(session: Session, landscape: Landscape, ledger: Ledger) -> None:
    """Register the location ids that are expected. Connectors of subaccounts that are not here are not ours."""
    repository = ConnectorRepository(session)
    named = {content.subaccount.id for content in landscape.subaccounts}
    for subaccount_id in sorted(named):
        wanted = {item.location_id for item in landscape.connectors if item.subaccount_id == subaccount_id}
        for expected in await repository.expected(subaccount_id):
            if expected.location_id not in wanted:
                await repository.forget(subaccount_id, expected.location_id)
                ledger.removed.append(Item("connector", subaccount_id, expected.name))
    for connector in landscape.connectors:
        if connector.subaccount_id in named or await SubaccountRepository(session).get(connector.subaccount_id):
            await _expect(repository, connector, ledger)


async def _expect(repository: ConnectorRepository, connector: ConnectorContent, ledger: Ledger) -> None:
    locations = {expected.location_id for expected in await repository.expected(connector.subaccount_id)}
    changed = await repository.expect(connector.subaccount_id, connector.location_id, connector.name)
    item = Item("connector", connector.subaccount_id, connector.name)
    ledger.stored(item, connector.location_id in locations, changed)
