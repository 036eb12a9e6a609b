"""The administration: for each administrator the operations that he may see, and shortcuts for the program itself."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.administration.bindings import Bindings
from landbridge.administration.checking import Checking
from landbridge.administration.checks import Checks
from landbridge.administration.connectors import Connectors
from landbridge.administration.desk import INSTALLATION, Desk, Parts, Tunnels
from landbridge.administration.development import Development
from landbridge.administration.landscapes import Landscapes, Remembered
from landbridge.administration.people import People
from landbridge.administration.tenancy import Tenancy
from landbridge.administration.traces import TraceDesk
from landbridge.administration.trust import Trust
from landbridge.api.admin import ResetTo
from landbridge.api.admin_bodies import Answer
from landbridge.identity.administrators import Admin
from landbridge.identity.binding import VcapServices
from landbridge.landscape.changes import Changes
from landbridge.model.enrolment import AuthenticationData
from landbridge.model.landscape import Landscape

__all__ = ["Administration", "AdministrationService", "Parts", "Tunnels"]


@dataclass(frozen=True, slots=True)
class Administration:
    """All operations, as one administrator may use them. See `landbridge.api.admin.Administration`."""

    tenancy: Tenancy
    bindings: Bindings
    people: People
    trust: Trust
    connectors: Connectors
    landscapes: Landscapes
    traces: TraceDesk
    checking: Checking


class AdministrationService:
    """Hands out the operations."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._remembered = Remembered()
        self._own = self._all_of(Desk(parts, INSTALLATION))

    def of(self, admin: Admin) -> Administration:
        """The operations of somebody who may do more than manage connectors.

        Raises `FaultError` (`platform.admin-connectors-only`).
        """
        desk = Desk(self._parts, admin)
        desk.demand_all_kinds()
        return self._all_of(desk)

    def connectors_of(self, admin: Admin) -> Connectors:
        """What everybody may use who administers anything."""
        return Connectors(Desk(self._parts, admin))

    def development(self, admin: Admin) -> Development:
        """Comforts for developers; the composition root gives them to laptops only. Raises `FaultError` as `of`."""
        desk = Desk(self._parts, admin)
        desk.demand_all_kinds()
        return Development(desk)

    def checks_of(self, admin: Admin) -> Checks:
        """Probes and reports. Raises `FaultError` as `of`."""
        desk = Desk(self._parts, admin)
        desk.demand_all_kinds()
        return Checks(desk, self._parts.private_targets)

    async def bindings(self, subaccount: str, instance: str | None = None) -> VcapServices:
        """VCAP_SERVICES, for the program itself."""
        return await self._own.bindings.bindings(subaccount, instance)

    async def invitation(self, subaccount: str, location_id: str, minutes: float) -> AuthenticationData:
        """Authentication data for one new connector, for the program itself."""
        return await self._own.connectors.invitation(subaccount, location_id, minutes)

    async def revoke(self, connector_id: str) -> Answer:
        return await self._own.connectors.revoke(connector_id)

    async def apply_landscape(self, landscape: Landscape) -> Changes:
        return await self._own.landscapes.apply_landscape(landscape)

    async def reset(self, to: ResetTo) -> Answer:
        return await self._own.landscapes.reset(to)

    def _all_of(self, desk: Desk) -> Administration:
        landscapes = Landscapes(desk, self._remembered)
        return Administration(
            Tenancy(desk),
            Bindings(desk),
            People(desk),
            Trust(desk),
            Connectors(desk),
            landscapes,
            TraceDesk(desk),
            Checking(desk, Checks(desk, self._parts.private_targets)),
        )
