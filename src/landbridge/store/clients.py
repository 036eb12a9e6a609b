"""OAuth clients of bindings in the store; their secrets are sealed, because a binding shows them again."""

from __future__ import annotations

from sqlalchemy import delete, select

from landbridge.faults import FaultError, fault
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Client, Service
from landbridge.store.session import Row, Session
from landbridge.store.tables import clients


class ClientRepository:
    """Clients by their id, which is unique everywhere."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, client_id: str) -> Client | None:
        row = await self._session.one(select(clients).where(clients.c.id == client_id))
        return self._noun(row) if row else None

    async def for_instance(self, instance_id: str) -> list[Client]:
        query = select(clients).where(clients.c.instance_id == instance_id).order_by(clients.c.binding_name)
        return [self._noun(row) for row in await self._session.all(query)]

    async def put(self, client: Client) -> bool:
        """Store it; returns whether anything changed.

        Raises `FaultError` (`store.conflict`) when the id belongs to another instance.
        """
        stored = await self.get(client.id)
        if stored == client:
            return False
        if stored is not None and stored.instance_id != client.instance_id:
            raise FaultError(fault("store.conflict", what="client", name=client.id, owner=stored.instance_id))
        await self._session.upsert(clients, self._row(client))
        return True

    async def delete(self, client_id: str) -> bool:
        return await self._session.count(delete(clients).where(clients.c.id == client_id)) > 0

    def _row(self, client: Client) -> Row:
        return {
            "id": client.id,
            "subaccount_id": client.subaccount_id,
            "instance_id": client.instance_id,
            "service": client.service.value,
            "binding_id": client.binding_id,
            "binding_name": client.binding_name,
            "xsappname": client.xsappname,
            "secret": self._session.vault.seal(client.secret, context=f"client/{client.id}"),
        }

    def _noun(self, row: Row) -> Client:
        return Client(
            id=row["id"],
            secret=Secret(self._session.vault.open(row["secret"], context=f"client/{row['id']}")),
            binding_id=row["binding_id"],
            binding_name=row["binding_name"],
            instance_id=row["instance_id"],
            subaccount_id=row["subaccount_id"],
            service=Service(row["service"]),
            xsappname=row["xsappname"],
        )
