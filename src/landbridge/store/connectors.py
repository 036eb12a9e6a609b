"""Which connectors a subaccount expects: location ids, with the name the landscape gives them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, delete, select

from landbridge.store.session import Session
from landbridge.store.tables import expected_connectors as expected


@dataclass(frozen=True, slots=True)
class ExpectedConnector:
    """A location id that a connector should serve. Mappings are no business of the cloud side."""

    subaccount_id: str
    location_id: str
    name: str


class ConnectorRepository:
    """Expected connectors, one for each location id of a subaccount."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def expect(self, subaccount_id: str, location_id: str, name: str) -> bool:
        """Register a location id; returns whether anything changed."""
        wanted = ExpectedConnector(subaccount_id, location_id, name)
        if wanted in await self.expected(subaccount_id):
            return False
        row = {"subaccount_id": subaccount_id, "location_id": location_id, "name": name}
        await self._session.upsert(expected, row)
        self._session.touch(subaccount_id)
        return True

    async def expected(self, subaccount_id: str) -> list[ExpectedConnector]:
        query = select(expected).where(expected.c.subaccount_id == subaccount_id).order_by(expected.c.location_id)
        return [ExpectedConnector(**row) for row in await self._session.all(query)]

    async def forget(self, subaccount_id: str, location_id: str) -> bool:
        where = and_(expected.c.subaccount_id == subaccount_id, expected.c.location_id == location_id)
        gone = await self._session.count(delete(expected).where(where)) > 0
        if gone:
            self._session.touch(subaccount_id)
        return gone
