"""Whether requests can succeed: what GET /ready answers (design §7)."""

from __future__ import annotations

from landbridge.administration.service import Tunnels
from landbridge.faults import FaultError
from landbridge.store import Database, SubaccountRepository


class Readiness:
    """What is still to come at the start, and what can go away again later. Made when keys and doors are there."""

    def __init__(self, db: Database, tunnels: Tunnels) -> None:
        self._db = db
        self._tunnels = tunnels
        self._waiting = ["the landscape"]

    def set_up(self) -> None:
        """The start is complete."""
        self._waiting = []

    def stopping(self) -> None:
        """Not ready any more, whatever else holds."""
        self._waiting = ["nothing, it is stopping"]

    async def missing(self, connector: str | None, subaccount: str | None) -> list[str]:
        """What is not there. `connector` is a location id, `subaccount` the id or subdomain it has to be in."""
        missing = list(self._waiting)
        try:
            subaccount_id = await self._subaccount_id(subaccount)
        except FaultError as error:
            return [f"storage ({error.fault.code})", *missing]
        if connector is not None and not self._connected(connector, subaccount_id):
            of = f" of subaccount '{subaccount}'" if subaccount else ""
            missing.append(f"a connector with location id '{connector}'{of}")
        return missing

    async def _subaccount_id(self, name: str | None) -> str | None:
        """The id; asked of the storage even when nobody needs it, because that proves that it answers."""
        async with self._db.read() as session:
            repository = SubaccountRepository(session)
            found = await repository.by_subdomain(name or "")
        return found.id if found else name

    def _connected(self, location_id: str, subaccount_id: str | None) -> bool:
        return any(
            one.location_id == location_id and subaccount_id in (None, one.subaccount_id)
            for one in self._tunnels.connectors()
        )
