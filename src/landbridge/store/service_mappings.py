"""Service mappings in the store (connectivity-proxy §13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import and_, delete, select

from landbridge.model.service_channel import ServiceMapping
from landbridge.store.session import Session
from landbridge.store.tables import service_mappings


class ServiceMappingRepository:
    """Mappings by subaccount and service."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def every(self) -> list[ServiceMapping]:
        """Those of all subaccounts: what the gateway looks things up in."""
        return [_mapping(row) for row in await self._session.all(select(service_mappings))]

    async def list(self, subaccount_id: str) -> list[ServiceMapping]:
        table = service_mappings.c
        query = select(service_mappings).where(table.subaccount_id == subaccount_id).order_by(table.service_id)
        return [_mapping(row) for row in await self._session.all(query)]

    async def put(self, mapping: ServiceMapping) -> bool:
        """Store it; returns whether anything changed."""
        if mapping in await self.list(mapping.subaccount_id):
            return False
        row = asdict(mapping) | {"location_ids": list(mapping.location_ids)}
        await self._session.upsert(service_mappings, row)
        self._session.touch(mapping.subaccount_id)
        return True

    async def delete(self, subaccount_id: str, service_id: str) -> bool:
        """Take it away; returns whether it was there."""
        table = service_mappings.c
        where = and_(table.subaccount_id == subaccount_id, table.service_id == service_id)
        gone = await self._session.count(delete(service_mappings).where(where)) > 0
        if gone:
            self._session.touch(subaccount_id)
        return gone


def _mapping(row: Mapping[str, Any]) -> ServiceMapping:
    return ServiceMapping(**{**row, "location_ids": tuple(row["location_ids"])})
