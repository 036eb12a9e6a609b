"""The administrator's operations. Names of subaccounts, instances and users are looked up here, and missed by name."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from landbridge.administration.connector_list import ConnectedConnector, connector_list, moment
from landbridge.administration.developer_tokens import mint
from landbridge.api.admin import Answer, ResetTo
from landbridge.faults import FaultError, fault
from landbridge.identity.binding import Addresses, Binding, VcapServices, vcap_services
from landbridge.identity.enrolment import Enrolment
from landbridge.identity.issuer import Issuer
from landbridge.identity.keys import KeyRing
from landbridge.landscape.apply import apply
from landbridge.landscape.changes import Changes
from landbridge.landscape.read import read_text
from landbridge.model.clock import Clock
from landbridge.model.enrolment import AuthenticationData
from landbridge.model.identifiers import is_location_id
from landbridge.model.landscape import Landscape
from landbridge.model.subaccount import ServiceInstance, Subaccount, User
from landbridge.store import (
    ClientRepository,
    ConnectorRepository,
    Database,
    InstanceRepository,
    Session,
    SubaccountRepository,
    UserRepository,
)


class Tunnels(Protocol):
    """The part of the gateway that an administrator sees."""

    def connectors(self) -> Iterable[ConnectedConnector]: ...

    def disconnect(self, connector_id: str) -> object: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What the administration works on. `addresses` is asked each time: keys rotate."""

    db: Database
    keyring: KeyRing
    issuer: Issuer
    enrolment: Enrolment
    tunnels: Tunnels
    addresses: Callable[[], Addresses]
    gateway: str
    clock: Clock


class AdministrationService:
    """See `landbridge.api.admin.Administration`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._landscape = Landscape()

    async def subaccounts(self) -> list[Answer]:
        async with self._parts.db.read() as session:
            return [await _subaccount(session, subaccount) for subaccount in await SubaccountRepository(session).list()]

    async def bindings(self, subaccount: str, instance: str | None = None) -> VcapServices:
        async with self._parts.db.read() as session:
            found = await _find_subaccount(session, subaccount)
            instances = await _find_instances(session, found, instance)
            bound = [
                Binding(found, one, client)
                for one in instances
                for client in await ClientRepository(session).for_instance(one.id)
            ]
        return vcap_services(bound, self._parts.addresses())

    async def invite(self, subaccount: str, location_id: str, minutes: float) -> Answer:
        data = await self.invitation(subaccount, location_id, minutes)
        return {
            "authenticationData": data.to_text(),
            "subaccountId": data.subaccount_id,
            "locationId": location_id,
            "expires": moment(data.expires),
        }

    async def invitation(self, subaccount: str, location_id: str, minutes: float) -> AuthenticationData:
        """Authentication data for one new connector."""
        if not is_location_id(location_id):
            reason = "locationId: at most 100 letters, digits, '.', '_', '~' and '-' are allowed"
            raise FaultError(fault("platform.request-invalid", reason=reason))
        async with self._parts.db.read() as session:
            found = await _find_subaccount(session, subaccount)
        return await self._parts.enrolment.invite(found.id, location_id, [self._parts.gateway], minutes)

    async def connectors(self) -> list[Answer]:
        rows: list[Answer] = []
        connected = list(self._parts.tunnels.connectors())
        async with self._parts.db.read() as session:
            subaccounts = await SubaccountRepository(session).list()
            expected = {one.id: await ConnectorRepository(session).expected(one.id) for one in subaccounts}
        for subaccount in subaccounts:
            certificates = await self._parts.enrolment.connectors(subaccount.id)
            rows += connector_list(subaccount, expected[subaccount.id], certificates, connected, self._parts.clock())
        return rows

    async def revoke(self, connector_id: str) -> Answer:
        """Every certificate of the connector, and its tunnel. A second time changes nothing."""
        async with self._parts.db.read() as session:
            subaccounts = [one.id for one in await SubaccountRepository(session).list()]
        serials = [
            certificate.serial
            for subaccount in subaccounts
            for certificate in await self._parts.enrolment.connectors(subaccount)
            if certificate.connector_id == connector_id
        ]
        if not serials:
            raise FaultError(fault("platform.unknown-connector", connector=connector_id[:100]))
        for serial in serials:
            await self._parts.enrolment.revoke(serial)
        self._parts.tunnels.disconnect(connector_id)
        return {"connectorId": connector_id, "certificates": len(serials)}

    async def apply(self, text: str) -> Answer:
        return _counted(await self.apply_landscape(read_text(text, Path("landscape.yaml"))))

    async def apply_landscape(self, landscape: Landscape) -> Changes:
        """Apply a landscape, and remember it as the one to reset to."""
        changes = await apply(landscape, self._parts.db, self._parts.keyring)
        self._landscape = landscape
        return changes

    async def reset(self, to: ResetTo) -> Answer:
        """What the landscape names keeps its client secrets, so that applications under test go on."""
        begun = time.perf_counter()
        landscape = self._landscape if to == "landscape" else Landscape()
        kept = {content.subaccount.id for content in landscape.subaccounts}
        async with self._parts.db.begin() as session:
            repository = SubaccountRepository(session)
            for subaccount in await repository.list():
                if subaccount.id not in kept:
                    await repository.delete(subaccount.id)
        await apply(landscape, self._parts.db, self._parts.keyring)
        self._parts.keyring.bump()
        return {"to": to, "ms": round((time.perf_counter() - begun) * 1000, 1)}

    async def mint(self, subaccount: str, instance: str, user: str | None) -> Answer:
        """A token of the client of `instance`, for `user` if one is named."""
        parts = self._parts
        async with parts.db.read() as session:
            tenant = await _find_subaccount(session, subaccount)
            (found,) = await _find_instances(session, tenant, instance)
            (client, *_) = await ClientRepository(session).for_instance(found.id)
            person = None if user is None else await _find_user(session, tenant, user)
        return mint(client, tenant, person, parts.keyring, parts.issuer, parts.clock)


async def _subaccount(session: Session, subaccount: Subaccount) -> Answer:
    instances = await InstanceRepository(session).list(subaccount.id)
    return {
        "id": subaccount.id,
        "subdomain": subaccount.subdomain,
        "name": subaccount.name,
        "instances": [
            {"id": one.id, "name": one.name, "service": one.service.value, "plan": one.plan} for one in instances
        ],
        "users": [user.name for user in await UserRepository(session).list(subaccount.id)],
    }


async def _find_subaccount(session: Session, name: str) -> Subaccount:
    """By id or subdomain. Raises `FaultError`: `platform.unknown-subaccount`."""
    repository = SubaccountRepository(session)
    found = await repository.get(name) or await repository.by_subdomain(name)
    if found is None:
        known = _names(one.subdomain for one in await repository.list())
        raise FaultError(fault("platform.unknown-subaccount", subaccount=name[:100], known=known))
    return found


async def _find_instances(session: Session, subaccount: Subaccount, name: str | None) -> list[ServiceInstance]:
    """All instances, or the one of that name. Raises `FaultError`: `platform.unknown-instance`."""
    instances = await InstanceRepository(session).list(subaccount.id)
    found = [one for one in instances if name in (None, one.name, one.id)]
    if name is not None and not found:
        known = _names(one.name for one in instances)
        raise FaultError(
            fault("platform.unknown-instance", subaccount=subaccount.subdomain, instance=name[:100], known=known)
        )
    return found


async def _find_user(session: Session, subaccount: Subaccount, name: str) -> User:
    """Raises `FaultError`: `platform.unknown-user`."""
    repository = UserRepository(session)
    found = await repository.get(subaccount.id, name)
    if found is None:
        known = _names(one.name for one in await repository.list(subaccount.id))
        raise FaultError(fault("platform.unknown-user", subaccount=subaccount.subdomain, user=name[:100], known=known))
    return found


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _counted(changes: Changes) -> Answer:
    """How many items of each kind of change, for people and scripts; nothing secret is in a name."""
    kinds = ("created", "updated", "removed", "unchanged")
    return dict(Counter({kind: len(getattr(changes, kind)) for kind in kinds}))
