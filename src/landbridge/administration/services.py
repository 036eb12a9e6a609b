"""The service mappings as the gateway looks them up."""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.model.service_channel import ServiceMapping
from landbridge.store import Database, ServiceMappingRepository


class StoredServices:
    """Service mappings of all subaccounts, from the store (connectivity-proxy §13)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def service_mappings(self) -> Sequence[ServiceMapping]:
        async with self._db.read() as session:
            return await ServiceMappingRepository(session).every()
