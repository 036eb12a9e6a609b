"""Connectors: invited, listed, revoked."""

from __future__ import annotations

from landbridge.administration.connector_list import connector_list, moment
from landbridge.administration.desk import Desk
from landbridge.api.admin_bodies import Answer
from landbridge.faults import FaultError, fault
from landbridge.model.enrolment import AuthenticationData
from landbridge.model.identifiers import is_location_id
from landbridge.store import ConnectorRepository


class Connectors:
    """See `landbridge.api.admin.ConnectorsDesk`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

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
        parts = self._desk.parts
        async with parts.db.read() as session:
            found = await self._desk.subaccount(session, subaccount)
        return await parts.enrolment.invite(found.id, location_id, [parts.gateway], minutes)

    async def connectors(self) -> list[Answer]:
        parts = self._desk.parts
        rows: list[Answer] = []
        connected = list(parts.tunnels.connectors())
        async with parts.db.read() as session:
            subaccounts = await self._desk.visible(session)
            expected = {one.id: await ConnectorRepository(session).expected(one.id) for one in subaccounts}
        for subaccount in subaccounts:
            certificates = await parts.enrolment.connectors(subaccount.id)
            rows += connector_list(
                subaccount, expected[subaccount.id], certificates, connected, parts.clock(), parts.tunnels.last_fault
            )
        return rows

    async def revoke(self, connector_id: str) -> Answer:
        """Every certificate of the connector, and its tunnel. A second time changes nothing."""
        parts = self._desk.parts
        async with parts.db.read() as session:
            subaccounts = [one.id for one in await self._desk.visible(session)]
        serials = [
            certificate.serial
            for subaccount in subaccounts
            for certificate in await parts.enrolment.connectors(subaccount)
            if certificate.connector_id == connector_id
        ]
        if not serials:
            raise FaultError(fault("platform.unknown-connector", connector=connector_id[:100]))
        for serial in serials:
            await parts.enrolment.revoke(serial)
        parts.tunnels.disconnect(connector_id)
        return {"connectorId": connector_id, "certificates": len(serials)}
