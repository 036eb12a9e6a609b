"""Brings the store to what a landscape says: all of it or nothing, and twice is the same as once.

What a landscape no longer names inside a subaccount that it names is removed; subaccounts that it does not name stay.
Mappings are not for the cloud side: of a connector only the location id is registered.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol

from landbridge.landscape.apply_config import create_on_instance, create_on_subaccount, set_access
from landbridge.landscape.apply_level import LevelApplication
from landbridge.landscape.apply_subscriptions import apply_subscription_content, apply_subscriptions
from landbridge.landscape.changes import Changes, Item, Ledger
from landbridge.landscape.clients import BINDING, new_client
from landbridge.model.content import LevelContent
from landbridge.model.label import EntityKind
from landbridge.model.landscape import ConnectorContent, Landscape
from landbridge.model.subaccount import InstanceContent, ServiceInstance, SubaccountContent
from landbridge.store import (
    ClientRepository,
    ConnectorRepository,
    Database,
    InstanceRepository,
    RoleRepository,
    ServiceMappingRepository,
    Session,
    SubaccountRepository,
    TrustedIssuerRepository,
    UserRepository,
)

_OF_TOKENS = ("subaccount", "instance", "client", "subscription", "trusted issuer", "service mapping")
"""Kinds whose change may change who is accepted."""


class Keys(Protocol):
    """The part of the key ring that has to know: tokens verified before a change of clients are verified anew."""

    def bump(self) -> object: ...


async def apply(landscape: Landscape, db: Database, keyring: Keys) -> Changes:
    """Apply the cloud part of `landscape` in one transaction.

    Raises `FaultError` (`store.conflict`) when an id, a subdomain or an application name belongs to somebody else,
    `landscape.provider-unknown`, `landscape.instance-unknown`, `file.config-refused`; then nothing was changed.
    """
    async with db.begin() as session:
        changes = await _applied(session, landscape)
    if changes.touches(*_OF_TOKENS):
        keyring.bump()
    return changes


async def difference(landscape: Landscape, db: Database) -> Changes:
    """What `apply` would change; it is done and undone. Raises `FaultError` as `apply`."""
    changes = Changes()
    with suppress(_Undone):
        async with db.begin() as session:
            changes = await _applied(session, landscape)
            raise _Undone
    return changes


class _Undone(Exception):
    """Ends a transaction that must not be kept."""


async def _applied(session: Session, landscape: Landscape) -> Changes:
    ledger = Ledger()
    for content in landscape.subaccounts:
        await _Application(session, content, ledger).run()
    for content in landscape.subaccounts:  # providers may stand behind their subscribers
        await apply_subscriptions(session, content, ledger)
        await apply_subscription_content(session, content, ledger)
    await _connectors(session, landscape, ledger)
    return ledger.close()


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
        fresh = await self._instances()
        await self._level(None, self._content.level)
        for made in fresh:
            await create_on_subaccount(self._session, made.instance, made.config, self._ledger)
            await create_on_instance(self._session, made.instance, made.config, self._ledger)
        await self._issuers()
        await self._roles()
        await self._services()

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

    async def _instances(self) -> list[InstanceContent]:
        """Returns those that are new."""
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
            await self._level(content, content.level)
            if existed:
                await set_access(self._session, content.instance, content.config, self._ledger)
        return [content for content in self._content.instances if content.instance.id not in present]

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

    async def _level(self, owner: InstanceContent | None, wanted: LevelContent) -> None:
        """`owner` is None for the level of the subaccount. What instances were created with stays."""
        place = (self._id, owner.instance.id if owner else None)
        prefix = f"{owner.instance.name}/" if owner else ""
        initial = [owner.config.instance] if owner else [one.config.subaccount for one in self._content.instances]
        kept = {
            EntityKind.DESTINATION: frozenset(noun.name for one in initial for noun in one.destinations),
            EntityKind.CERTIFICATE: frozenset(noun.name for one in initial for noun in one.certificates),
        }
        await LevelApplication(self._session, place, prefix, self._ledger, kept).run(wanted)

    async def _issuers(self) -> None:
        issuers = TrustedIssuerRepository(self._session)
        present = {one.issuer for one in await issuers.list(self._id)}
        for surplus in sorted(present - {one.issuer for one in self._content.issuers}):
            await issuers.delete(self._id, surplus)
            self._ledger.removed.append(self._item("trusted issuer", surplus))
        for issuer in self._content.issuers:
            changed = await issuers.put(issuer)
            self._ledger.stored(self._item("trusted issuer", issuer.issuer), issuer.issuer in present, changed)

    async def _roles(self) -> None:
        roles = RoleRepository(self._session)
        present = set(await roles.list(self._id))
        for surplus in present - set(self._content.roles):
            await roles.delete(surplus)
            self._ledger.removed.append(self._item("role", f"{surplus.role.value} of {surplus.person}"))
        for role in self._content.roles:
            changed = await roles.put(role)
            self._ledger.stored(self._item("role", f"{role.role.value} of {role.person}"), role in present, changed)

    async def _services(self) -> None:
        services = ServiceMappingRepository(self._session)
        present = {one.service_id for one in await services.list(self._id)}
        for surplus in sorted(present - {one.service_id for one in self._content.service_mappings}):
            await services.delete(self._id, surplus)
            self._ledger.removed.append(self._item("service mapping", surplus))
        for mapping in self._content.service_mappings:
            changed = await services.put(mapping)
            self._ledger.stored(
                self._item("service mapping", mapping.service_id), mapping.service_id in present, changed
            )


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
