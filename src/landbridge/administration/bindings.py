"""Bindings of service instances: secrets and certificates, made, shown, rotated and deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from secrets import token_urlsafe

from landbridge.administration.connector_list import moment
from landbridge.administration.desk import Desk, find_instance, names
from landbridge.api.admin_bindings import BindingWish
from landbridge.api.admin_bodies import Answer
from landbridge.faults import FaultError, fault
from landbridge.identity.binding import Binding, VcapServices, vcap_services
from landbridge.identity.client_certificates import issue, issue_for_request
from landbridge.landscape.clients import new_client
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Client, ClientCertificate, RetiringCredentials, ServiceInstance, Subaccount
from landbridge.store import ClientRepository, InstanceRepository, Session


class Bindings:
    """See `landbridge.api.admin_bindings.BindingsDesk`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def bindings(self, subaccount: str, instance: str | None = None, name: str | None = None) -> VcapServices:
        async with self._desk.parts.db.read() as session:
            found = await self._desk.subaccount(session, subaccount)
            bound = [
                Binding(found, one, client)
                for one in await _instances(session, found, instance)
                for client in await ClientRepository(session).for_instance(one.id)
                if name in (None, client.binding_name)
            ]
        if name is not None and not bound:
            raise _unknown(instance or "any", name, ())
        return self._written(bound)

    async def list(self, subaccount: str, instance: str) -> list[Answer]:
        """Names and kinds; no secrets."""
        async with self._desk.parts.db.read() as session:
            found = await find_instance(session, await self._desk.subaccount(session, subaccount), instance)
            return [_shown(client) for client in await ClientRepository(session).for_instance(found.id)]

    async def create(self, subaccount: str, instance: str, wish: BindingWish) -> VcapServices:
        """A binding of a free name. Keys are made outside of the transaction: they take time."""
        async with self._desk.parts.db.read() as session:
            found = await self._desk.subaccount(session, subaccount)
            one = await find_instance(session, found, instance)
        client = new_client(one, wish.name)
        if wish.certified:
            client = replace(client, secret=Secret(""), certificate=await self._certificate(client, wish))
        async with self._desk.parts.db.begin() as session:
            repository = ClientRepository(session)
            if any(other.binding_name == wish.name for other in await repository.for_instance(one.id)):
                raise FaultError(fault("store.conflict", what="binding", name=wish.name, owner=f"instance {one.name}"))
            await repository.put(client)
        self._desk.parts.keyring.bump()
        return self._written([Binding(found, one, client)])

    async def rotate(
        self, subaccount: str, instance: str, name: str, wish: BindingWish, minutes: float
    ) -> VcapServices:
        """New credentials of the same kind; the old ones stay good for `minutes`."""
        async with self._desk.parts.db.read() as session:
            found, one, client = await self._client(session, subaccount, instance, name)
        until = self._desk.parts.clock() + minutes * 60
        retiring = RetiringCredentials(until, client.secret, client.certificate.pem if client.certificate else "")
        if client.certificate:
            fresh = replace(client, certificate=await self._certificate(client, wish), retiring=retiring)
        else:
            fresh = replace(client, secret=Secret(token_urlsafe(32)), retiring=retiring)
        async with self._desk.parts.db.begin() as session:
            repository = ClientRepository(session)
            if await repository.get(client.id) != client:
                raise FaultError(fault("store.conflict", what="binding", name=name, owner="somebody who changed it"))
            await repository.put(fresh)
        return self._written([Binding(found, one, fresh)])

    async def delete(self, subaccount: str, instance: str, name: str) -> None:
        async with self._desk.parts.db.begin() as session:
            _, _, client = await self._client(session, subaccount, instance, name)
            await ClientRepository(session).delete(client.id)
        self._desk.parts.keyring.bump()

    async def _client(
        self, session: Session, subaccount: str, instance: str, name: str
    ) -> tuple[Subaccount, ServiceInstance, Client]:
        found = await self._desk.subaccount(session, subaccount)
        one = await find_instance(session, found, instance)
        clients = await ClientRepository(session).for_instance(one.id)
        client = next((client for client in clients if client.binding_name == name), None)
        if client is None:
            raise _unknown(one.name, name, (client.binding_name for client in clients))
        return found, one, client

    async def _certificate(self, client: Client, wish: BindingWish) -> ClientCertificate:
        authority = self._desk.parts.authority
        if wish.csr:
            return issue_for_request(authority, wish.csr, client.binding_id, client.subaccount_id, wish.days)
        return await issue(authority, client.binding_id, client.subaccount_id, wish.days, wish.key_length)

    def _written(self, bound: Iterable[Binding]) -> VcapServices:
        return vcap_services(bound, self._desk.parts.addresses())


async def _instances(session: Session, subaccount: Subaccount, name: str | None) -> list[ServiceInstance]:
    if name is not None:
        return [await find_instance(session, subaccount, name)]
    return await InstanceRepository(session).list(subaccount.id)


def _shown(client: Client) -> Answer:
    retiring = {"oldCredentialsUntil": moment(client.retiring.until)} if client.retiring else {}
    kind = "x509" if client.certificate else "binding-secret"
    return {"name": client.binding_name, "id": client.binding_id, "credentialType": kind, **retiring}


def _unknown(instance: str, name: str, known: Iterable[str]) -> FaultError:
    return FaultError(fault("platform.unknown-binding", instance=instance, binding=name[:100], known=names(known)))
