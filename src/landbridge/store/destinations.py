"""Destinations in the store: the name is in the clear, all properties are sealed (destination-service §1.8)."""

from __future__ import annotations

import json
from types import MappingProxyType

from sqlalchemy import ColumnElement, and_, delete, select

from landbridge.model.destination import Destination
from landbridge.store.session import Row, Session
from landbridge.store.tables import destinations


class DestinationRepository:
    """Destinations by level: an instance's own or, with `instance_id` None, the subaccount's. Case matters in names."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, subaccount_id: str, instance_id: str | None, name: str) -> Destination | None:
        where = and_(_level(subaccount_id, instance_id), destinations.c.name == name)
        row = await self._session.one(select(destinations).where(where))
        return self._noun(row) if row else None

    async def list(self, subaccount_id: str, instance_id: str | None) -> list[Destination]:
        query = select(destinations).where(_level(subaccount_id, instance_id)).order_by(destinations.c.name)
        return [self._noun(row) for row in await self._session.all(query)]

    async def put(self, subaccount_id: str, instance_id: str | None, destination: Destination) -> bool:
        """Store it; returns whether anything changed."""
        where = and_(_level(subaccount_id, instance_id), destinations.c.name == destination.name)
        row = await self._session.one(select(destinations.c.etag).where(where))
        if row and row["etag"] == destination.etag:
            return False
        await self._session.upsert(destinations, self._row(subaccount_id, instance_id, destination))
        return True

    async def delete(self, subaccount_id: str, instance_id: str | None, name: str) -> bool:
        where = and_(_level(subaccount_id, instance_id), destinations.c.name == name)
        return await self._session.count(delete(destinations).where(where)) > 0

    def _row(self, subaccount_id: str, instance_id: str | None, destination: Destination) -> Row:
        level = instance_id or ""
        text = json.dumps(dict(destination.properties), ensure_ascii=False, separators=(",", ":"))
        return {
            "subaccount_id": subaccount_id,
            "level": level,
            "name": destination.name,
            "instance_id": instance_id,
            "etag": destination.etag,
            "properties": self._session.vault.seal(text, context=_context(subaccount_id, level, destination.name)),
        }

    def _noun(self, row: Row) -> Destination:
        context = _context(row["subaccount_id"], row["level"], row["name"])
        return Destination(MappingProxyType(json.loads(self._session.vault.open(row["properties"], context=context))))


def _level(subaccount_id: str, instance_id: str | None) -> ColumnElement[bool]:
    return and_(destinations.c.subaccount_id == subaccount_id, destinations.c.level == (instance_id or ""))


def _context(subaccount_id: str, level: str, name: str) -> str:
    return f"destination/{subaccount_id}/{level}/{name}"
