"""The connector's own certificate, renewed over the tunnel in good time (design §5, enrolment)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cryptography import x509

from landbridge.connector.identity_key import new_key, request_for
from landbridge.connector.state.files import ConnectorState, save_identity
from landbridge.faults import FaultError, fault


@dataclass(frozen=True, slots=True, repr=False)
class Renewal:
    """A request that is under way: the new key waits for its certificate."""

    key_pem: str
    csr: str


def is_due(state: ConnectorState, now: float, renew_before: float) -> bool:
    """Whether the certificate should be renewed: `renew_before` seconds before its end, or in its last third."""
    certificate = x509.load_pem_x509_certificate(state.certificate_pem.encode())
    begins = certificate.not_valid_before_utc.timestamp()
    ends = certificate.not_valid_after_utc.timestamp()
    return now > ends - min(renew_before, (ends - begins) / 3)


def expires_at(state: ConnectorState) -> float:
    """When the certificate ends, seconds since the epoch."""
    return x509.load_pem_x509_certificate(state.certificate_pem.encode()).not_valid_after_utc.timestamp()


def begin_renewal() -> Renewal:
    """A new key and the request for it."""
    key_pem, csr = request_for(new_key())
    return Renewal(key_pem, csr)


def finish_renewal(state: ConnectorState, renewal: Renewal, certificate_pem: str) -> ConnectorState:
    """Keep the new identity, in one step. Raises `FaultError` (`connector.state-unreadable`)."""
    try:
        save_identity(state.folder, renewal.key_pem, certificate_pem)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise FaultError(
            fault("connector.state-unreadable", file=error.filename or state.folder, reason=reason)
        ) from None
    return replace(state, key_pem=renewal.key_pem, certificate_pem=certificate_pem)
