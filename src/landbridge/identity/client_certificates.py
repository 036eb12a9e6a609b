"""X.509 credentials of bindings: how they are made, and how a client proves itself with one (destination-service §5.6).

The original never keeps private keys; we do, sealed, because a binding can be asked for again at any time.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from anyio import to_thread
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from landbridge.faults import FaultError, fault
from landbridge.identity.authority import BINDING_ORGANISATION, Authority, csr_key
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Client, ClientCertificate

KEY_BITS = (2048, 3072, 4096)
DAYS_LIMIT = 3650
DEFAULT_DAYS = 365.0


@dataclass(frozen=True, slots=True)
class Presented:
    """A client certificate of a TLS connection; its chain led to our CA, nothing else is proven."""

    certificate: x509.Certificate
    thumbprint: str

    def is_of(self, client: Client, now: float) -> bool:
        """Whether this is a certificate that the client's binding holds now, or held shortly before a rotation."""
        held = [client.certificate.pem] if client.certificate else []
        if client.retiring and client.retiring.certificate_pem and now < client.retiring.until:
            held.append(client.retiring.certificate_pem)
        return any(self.thumbprint == thumbprint_of_pem(pem) for pem in held)

    def check(self, now: float) -> None:
        """Raises `FaultError`: expired, not yet valid, or made for something else."""
        ends, begins = self.certificate.not_valid_after_utc, self.certificate.not_valid_before_utc
        moment = datetime.fromtimestamp(now, UTC)
        if moment > ends:
            raise FaultError(fault("identity.certificate-expired", expired=ends.isoformat(timespec="seconds")))
        if moment < begins:
            begun = begins.isoformat(timespec="seconds")
            raise FaultError(fault("identity.certificate-not-yet-valid", begins=begun))
        organisation = self.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        if [one.value for one in organisation] != [BINDING_ORGANISATION]:
            subject = self.certificate.subject.rfc4514_string()
            raise FaultError(fault("identity.certificate-foreign", subject=subject[:200]))


def presented(der: bytes) -> Presented:
    """The certificate of a connection."""
    return Presented(x509.load_der_x509_certificate(der), thumbprint(der))


def thumbprint(der: bytes) -> str:
    """`x5t#S256` of a certificate (RFC 8705 §3.1)."""
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()


def thumbprint_of_pem(pem: str) -> str:
    """`x5t#S256` of the first certificate of a chain."""
    return thumbprint(x509.load_pem_x509_certificate(pem.encode()).public_bytes(serialization.Encoding.DER))


async def issue(
    authority: Authority, binding_id: str, subaccount_id: str, days: float = DEFAULT_DAYS, bits: int = KEY_BITS[0]
) -> ClientCertificate:
    """A new key and its certificate; the key is RSA in PKCS#1, as some clients read nothing else."""
    key = await to_thread.run_sync(lambda: rsa.generate_private_key(public_exponent=65537, key_size=bits))
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    certificate = authority.sign_binding(key.public_key(), binding_id, subaccount_id, days)
    return ClientCertificate(certificate, Secret(pem.decode()))


def issue_for_request(
    authority: Authority, csr_pem: str, binding_id: str, subaccount_id: str, days: float = DEFAULT_DAYS
) -> ClientCertificate:
    """A certificate for a key that never leaves the application. Raises `FaultError`."""
    return ClientCertificate(authority.sign_binding(csr_key(csr_pem), binding_id, subaccount_id, days), Secret(""))
