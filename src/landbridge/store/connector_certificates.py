"""Certificates that our CA gave to connectors, and their revocation."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select, update

from landbridge.store.session import Row, Session
from landbridge.store.tables import connector_certificates as certificates


@dataclass(frozen=True, slots=True)
class ConnectorCertificate:
    """A certificate we issued. `serial` is lower-case hex; `revoked` is the time, None while it is good."""

    serial: str
    connector_id: str
    subaccount_id: str
    location_id: str
    issued: float
    expires: float
    revoked: float | None = None


class ConnectorCertificateRepository:
    """Issued certificates by serial number. They outlive their subaccount, so that revocation does."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def put(self, certificate: ConnectorCertificate) -> None:
        values = {name: getattr(certificate, name) for name in ConnectorCertificate.__slots__}
        await self._session.execute(insert(certificates).values(**values))

    async def get(self, serial: str) -> ConnectorCertificate | None:
        row = await self._session.one(select(certificates).where(certificates.c.serial == serial))
        return _noun(row) if row else None

    async def list(self, subaccount_id: str) -> list[ConnectorCertificate]:
        """Certificates of a subaccount, the newest first."""
        query = select(certificates).where(certificates.c.subaccount_id == subaccount_id)
        ordered = query.order_by(certificates.c.issued.desc(), certificates.c.serial)
        return [_noun(row) for row in await self._session.all(ordered)]

    async def revoke(self, serial: str, now: float) -> bool:
        """Revoke a good certificate; False when there is none of this serial or it was revoked before."""
        good = certificates.c.revoked.is_(None)
        statement = update(certificates).where(certificates.c.serial == serial, good).values(revoked=now)
        return await self._session.count(statement) == 1

    async def revocations(self) -> dict[str, float]:
        """Serial → time of every revoked certificate."""
        query = select(certificates).where(certificates.c.revoked.is_not(None))
        return {row["serial"]: row["revoked"] for row in await self._session.all(query)}


def _noun(row: Row) -> ConnectorCertificate:
    return ConnectorCertificate(**row)
