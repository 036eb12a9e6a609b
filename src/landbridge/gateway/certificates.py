"""Is this client certificate good for a tunnel? OpenSSL has checked the chain; time and revocation are judged here.

OpenSSL is told to ignore the time, because its refusal would reach the connector as a bare end of file (traps 1).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from cryptography import x509
from cryptography.x509.oid import NameOID

from landbridge.faults import FaultError, fault
from landbridge.gateway.session import ConnectorIdentity
from landbridge.model.enrolment import CONNECTOR_ORGANISATION


class Revocations(Protocol):
    """Which certificates were taken back."""

    def revoked_at(self, serial: int) -> float | None:
        """When the certificate was revoked (seconds since the epoch), or None."""


def identify(
    der: bytes | None, issuer_hint: str, revocations: Revocations, now: float, address: str
) -> ConnectorIdentity:
    """Who presents this certificate.

    `issuer_hint` is what a connector says about a certificate that TLS refused, when it dials again without one.
    Raises `FaultError` (`tunnel.certificate-*`).
    """
    if der is None:
        if issuer_hint:
            raise FaultError(fault("tunnel.certificate-foreign", issuer=issuer_hint))
        raise FaultError(fault("tunnel.certificate-missing"))
    certificate = x509.load_der_x509_certificate(der)
    _check_time(certificate, now)
    serial = certificate.serial_number
    revoked = revocations.revoked_at(serial)
    if revoked is not None:
        raise FaultError(fault("tunnel.certificate-revoked", serial=f"{serial:x}", revoked=_shown(revoked)))
    identity = claimant(der, address)
    if identity is None:
        raise FaultError(fault("tunnel.certificate-foreign", issuer=certificate.issuer.rfc4514_string()))
    return identity


def claimant(der: bytes | None, address: str) -> ConnectorIdentity | None:
    """Which connector a certificate names that TLS has let through, whether or not it is good now."""
    if der is None:
        return None
    certificate = x509.load_der_x509_certificate(der)
    connector, subaccount = (
        _name(certificate, NameOID.COMMON_NAME),
        _name(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME),
    )
    organisation = _name(certificate, NameOID.ORGANIZATION_NAME)
    if not connector or not subaccount or organisation != CONNECTOR_ORGANISATION:
        return None
    return ConnectorIdentity(connector, subaccount, certificate.serial_number, address)


def _check_time(certificate: x509.Certificate, now: float) -> None:
    begins = certificate.not_valid_before_utc.timestamp()
    ends = certificate.not_valid_after_utc.timestamp()
    if now > ends:
        raise FaultError(fault("tunnel.certificate-expired", expired=_shown(ends), now=_shown(now)))
    if now < begins:
        raise FaultError(fault("tunnel.certificate-not-yet-valid", begins=_shown(begins), now=_shown(now)))


def _name(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def _shown(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
