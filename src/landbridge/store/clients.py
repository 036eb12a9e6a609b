"""OAuth clients of bindings in the store; their secrets are sealed, because a binding shows them again."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import delete, select

from landbridge.faults import FaultError, fault
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Client, ClientCertificate, RetiringCredentials, Service
from landbridge.store.data_keys import opener, sealer
from landbridge.store.session import Row, Session
from landbridge.store.tables import clients


class ClientRepository:
    """Clients by their id, which is unique everywhere."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, client_id: str) -> Client | None:
        row = await self._session.one(select(clients).where(clients.c.id == client_id))
        return await self._noun(row) if row else None

    async def for_instance(self, instance_id: str) -> list[Client]:
        query = select(clients).where(clients.c.instance_id == instance_id).order_by(clients.c.binding_name)
        return [await self._noun(row) for row in await self._session.all(query)]

    async def put(self, client: Client) -> bool:
        """Store it; returns whether anything changed.

        Raises `FaultError` (`store.conflict`) when the id belongs to another instance.
        """
        stored = await self.get(client.id)
        if stored == client:
            return False
        if stored is not None and stored.instance_id != client.instance_id:
            raise FaultError(fault("store.conflict", what="client", name=client.id, owner=stored.instance_id))
        await self._session.upsert(clients, await self._row(client))
        self._session.touch(client.subaccount_id)
        return True

    async def delete(self, client_id: str) -> bool:
        statement = delete(clients).where(clients.c.id == client_id).returning(clients.c.subaccount_id)
        owners = await self._session.column(statement)
        for owner in owners:
            self._session.touch(owner)
        return bool(owners)

    async def _row(self, client: Client) -> Row:
        vault = await sealer(self._session, client.subaccount_id)
        more = _write(client)
        return {
            "id": client.id,
            "subaccount_id": client.subaccount_id,
            "instance_id": client.instance_id,
            "service": client.service.value,
            "binding_id": client.binding_id,
            "binding_name": client.binding_name,
            "xsappname": client.xsappname,
            "secret": vault.seal(client.secret, context=f"client/{client.id}"),
            "more_credentials": vault.seal(more, context=_more_context(client.id)) if more else None,
        }

    async def _noun(self, row: Row) -> Client:
        vault = await opener(self._session, row["subaccount_id"])
        sealed = row["more_credentials"]
        more = json.loads(vault.open(sealed, context=_more_context(row["id"]))) if sealed else {}
        return Client(
            id=row["id"],
            secret=Secret(vault.open(row["secret"], context=f"client/{row['id']}")),
            binding_id=row["binding_id"],
            binding_name=row["binding_name"],
            instance_id=row["instance_id"],
            subaccount_id=row["subaccount_id"],
            service=Service(row["service"]),
            xsappname=row["xsappname"],
            certificate=_certificate(more.get("certificate")),
            retiring=_retiring(more.get("retiring")),
        )


def _more_context(client_id: str) -> str:
    return f"client-credentials/{client_id}"


def _write(client: Client) -> str:
    """What a client has besides its secret, empty for nothing."""
    more: dict[str, Any] = {}
    if client.certificate:
        more["certificate"] = {"pem": client.certificate.pem, "key": client.certificate.key.reveal()}
    if client.retiring:
        retiring = client.retiring
        more["retiring"] = {
            "until": retiring.until,
            "secret": retiring.secret.reveal(),
            "certificate_pem": retiring.certificate_pem,
        }
    return json.dumps(more) if more else ""


def _certificate(fields: dict[str, Any] | None) -> ClientCertificate | None:
    return ClientCertificate(fields["pem"], Secret(fields["key"])) if fields else None


def _retiring(fields: dict[str, Any] | None) -> RetiringCredentials | None:
    if not fields:
        return None
    return RetiringCredentials(fields["until"], Secret(fields["secret"]), fields["certificate_pem"])
