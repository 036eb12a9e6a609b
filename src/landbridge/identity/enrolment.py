"""Enrolment: how a connector becomes one of ours, and how it stops being one (design §5)."""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509

from landbridge.faults import Fault, FaultError, fault
from landbridge.identity.authority import Authority
from landbridge.model.clock import Clock
from landbridge.model.enrolment import AuthenticationData, Enrolled
from landbridge.model.secret import Secret
from landbridge.store import (
    ConnectorCertificate,
    ConnectorCertificateRepository,
    Database,
    Invitation,
    InvitationRepository,
    SubaccountRepository,
)

_log = logging.getLogger(__name__)


class Enrolment:
    """Invites, enrols and revokes connectors. Make it with `Enrolment.load`, which reads the revocations."""

    def __init__(self, db: Database, authority: Authority, clock: Clock) -> None:
        self._db = db
        self._authority = authority
        self._clock = clock
        self._revoked: dict[int, float] = {}

    @classmethod
    async def load(cls, db: Database, authority: Authority, clock: Clock) -> Enrolment:
        enrolment = cls(db, authority, clock)
        async with db.read() as session:
            stored = await ConnectorCertificateRepository(session).revocations()
        enrolment._revoked = {int(serial, 16): when for serial, when in stored.items()}
        return enrolment

    async def invite(
        self, subaccount_id: str, location_id: str, gateways: Sequence[str], minutes: float = 60
    ) -> AuthenticationData:
        """Authentication data for one new connector. Only a hash of its secret is kept.

        Raises `FaultError` (`identity.subaccount-unknown`).
        """
        secret = Secret(secrets.token_urlsafe(32))
        expires = self._clock() + minutes * 60
        async with self._db.begin() as session:
            if await SubaccountRepository(session).get(subaccount_id) is None:
                raise FaultError(fault("identity.subaccount-unknown", subaccount=subaccount_id))
            await InvitationRepository(session).put(secret, Invitation(subaccount_id, location_id, expires))
        return AuthenticationData(
            gateways=tuple(gateways),
            ca_pem=self._authority.ca_pem,
            subaccount_id=subaccount_id,
            location_id=location_id,
            secret=secret,
            expires=expires,
        )

    async def enrol(self, secret: str, csr_pem: str) -> Enrolled:
        """Exchange a one-time secret and a CSR for a certificate. A CSR that cannot be used leaves the secret unused.

        Raises `FaultError`: `enrolment.secret-invalid`, `-used`, `-expired`, `enrolment.request-invalid`.
        """
        now = self._clock()
        connector_id = str(uuid.uuid4())
        async with self._db.begin() as session:
            invitations = InvitationRepository(session)
            consumed = await invitations.consume(Secret(secret), connector_id, now)
            invitation = await invitations.find(Secret(secret))
            if invitation is None or not consumed:
                raise FaultError(_refusal(invitation))
            certificate = self._authority.sign_connector(csr_pem, connector_id, invitation.subaccount_id)
            record = _record(certificate, connector_id, invitation, now)
            await ConnectorCertificateRepository(session).put(record)
        _log.info("connector enrolled", extra=_fields(record))
        return Enrolled(
            connector_id=connector_id,
            certificate_pem=certificate,
            ca_pem=self._authority.ca_pem,
            subaccount_id=invitation.subaccount_id,
            location_id=invitation.location_id,
        )

    async def renew(self, connector_id: str, serial: int, csr_pem: str) -> Enrolled:
        """A new certificate for the connector that holds the one with this serial number; the old one stays valid.

        Raises `FaultError`: `tunnel.renewal-refused`, `enrolment.request-invalid`.
        """
        async with self._db.begin() as session:
            repository = ConnectorCertificateRepository(session)
            known = await repository.get(f"{serial:x}")
            if known is None or known.connector_id != connector_id:
                raise FaultError(fault("tunnel.renewal-refused", reason="the certificate is not known here"))
            if known.revoked is not None:
                raise FaultError(fault("tunnel.renewal-refused", reason="the certificate is revoked"))
            certificate = self._authority.sign_connector(csr_pem, connector_id, known.subaccount_id)
            invitation = Invitation(known.subaccount_id, known.location_id, 0.0)
            record = _record(certificate, connector_id, invitation, self._clock())
            await repository.put(record)
        _log.info("connector certificate renewed", extra=_fields(record))
        return Enrolled(connector_id, certificate, self._authority.ca_pem, known.subaccount_id, known.location_id)

    async def revoke(self, serial_hex: str) -> None:
        """Revoke a connector's certificate, at once and for ever. A second time changes nothing.

        Raises `FaultError` (`identity.certificate-unknown`).
        """
        serial = _serial(serial_hex)
        now = self._clock()
        async with self._db.begin() as session:
            repository = ConnectorCertificateRepository(session)
            known = await repository.get(f"{serial:x}")
            if known is None:
                raise FaultError(fault("identity.certificate-unknown", serial=serial_hex[:64]))
            await repository.revoke(known.serial, now)
        self._revoked.setdefault(serial, known.revoked or now)
        _log.info("connector certificate revoked", extra=_fields(known))

    def revoked_at(self, serial: int) -> float | None:
        """When the certificate was revoked, None while it is good; from memory, for the listener asks very often."""
        return self._revoked.get(serial)

    async def connectors(self, subaccount_id: str) -> list[ConnectorCertificate]:
        """The certificates given to connectors of a subaccount, the newest first."""
        async with self._db.read() as session:
            return await ConnectorCertificateRepository(session).list(subaccount_id)


def _refusal(invitation: Invitation | None) -> Fault:
    """Why a secret was not taken; told apart only after it did not work, so that using it once stays atomic."""
    if invitation is None:
        return fault("enrolment.secret-invalid")
    if invitation.used is not None:
        return fault("enrolment.secret-used", used=_when(invitation.used))
    return fault("enrolment.secret-expired", expired=_when(invitation.expires))


def _record(pem: str, connector_id: str, invitation: Invitation, now: float) -> ConnectorCertificate:
    certificate = x509.load_pem_x509_certificate(pem.encode())
    return ConnectorCertificate(
        serial=f"{certificate.serial_number:x}",
        connector_id=connector_id,
        subaccount_id=invitation.subaccount_id,
        location_id=invitation.location_id,
        issued=now,
        expires=certificate.not_valid_after_utc.timestamp(),
    )


def _fields(certificate: ConnectorCertificate) -> dict[str, str]:
    """What the log says about a certificate."""
    return {
        "connector_id": certificate.connector_id,
        "subaccount_id": certificate.subaccount_id,
        "location_id": certificate.location_id,
        "serial": certificate.serial,
    }


def _serial(text: str) -> int:
    try:
        return int(text.replace(":", ""), 16)
    except ValueError:
        return 0


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
