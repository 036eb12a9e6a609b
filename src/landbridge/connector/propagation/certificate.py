"""Short-lived certificates: what the backend learns about the user (cloud-connector §3.2 steps 7, 8; §3.5)."""

from __future__ import annotations

import base64
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from landbridge.connector.state.files import write_private
from landbridge.faults import FaultError, fault
from landbridge.model.clock import Clock
from landbridge.model.propagation import KeyFiles

RENEW_BEFORE = 60.0
"""Seconds of remaining life below which a certificate is not used any more."""
_SKEW = timedelta(minutes=5)
_CACHED = 4096

AuthorityKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class ShortLived:
    """A certificate for one subject. `header` is base64 of its DER, one line; times are seconds since the epoch."""

    header: str
    serial: str
    begins: float
    ends: float


class CertificateIssuer:
    """Signs certificates for users with the connector's own authority, and keeps them while they live.

    The user's private key is not needed: TLS uses the system certificate. So all certificates share one key pair,
    which is thrown away with the process.
    """

    def __init__(self, certificate: x509.Certificate, key: AuthorityKey, minutes: int, clock: Clock) -> None:
        self._certificate = certificate
        self._key = key
        self._life = timedelta(minutes=minutes)
        self._clock = clock
        self._public_key = rsa.generate_private_key(65537, 2048).public_key()
        self._cache: OrderedDict[bytes, ShortLived] = OrderedDict()

    def cached(self, subject: x509.Name) -> ShortLived | None:
        """A certificate of this subject with enough life in it."""
        found = self._cache.get(subject.public_bytes())
        return found if found is not None and self._clock() < found.ends - RENEW_BEFORE else None

    def issue(self, subject: x509.Name) -> ShortLived:
        """A new certificate. Signing takes about a millisecond: call it in a thread.

        Raises `ValueError` when the authority's own certificate does not hold now: no backend would take what it signs.
        """
        now = datetime.fromtimestamp(self._clock(), UTC).replace(microsecond=0)
        begins, ends_at = self._certificate.not_valid_before_utc, self._certificate.not_valid_after_utc
        if not begins <= now <= ends_at:
            raise ValueError(f"its own certificate is valid from {begins.isoformat()} to {ends_at.isoformat()}")
        serial = x509.random_serial_number()
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._certificate.subject)
            .public_key(self._public_key)
            .serial_number(serial)
            .not_valid_before(now - _SKEW)
            .not_valid_after(now + self._life)
            .add_extension(_USAGE, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        der = certificate.public_bytes(serialization.Encoding.DER)
        ends = (now + self._life).timestamp()
        return ShortLived(base64.b64encode(der).decode(), f"{serial:x}", (now - _SKEW).timestamp(), ends)

    def remember(self, subject: x509.Name, issued: ShortLived) -> None:
        """Use this certificate for the subject from now on."""
        self._cache[subject.public_bytes()] = issued
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)


def load_issuer(files: KeyFiles | None, folder: Path, minutes: int, clock: Clock) -> CertificateIssuer:
    """The issuer with the given authority, or with the connector's own one, made at its first use.

    Raises `FaultError` (`connector.state-unreadable`).
    """
    files = files or _own_authority(folder, clock)
    try:
        certificate = x509.load_pem_x509_certificate(Path(files.certificate).read_bytes())
        key = serialization.load_pem_private_key(Path(files.key).read_bytes(), None)
    except OSError as error:
        raise _unusable(str(error.filename), error.strerror or "it cannot be read") from None
    except (ValueError, TypeError):
        raise _unusable(files.certificate, "it is no certificate with an unencrypted key") from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise _unusable(files.key, "it is neither an RSA nor an EC key")
    if certificate.public_key() != key.public_key():
        raise _unusable(files.key, "it does not belong to the certificate")
    return CertificateIssuer(certificate, key, minutes, clock)


def _own_authority(folder: Path, clock: Clock) -> KeyFiles:
    """A self-signed authority for ten years; backends import its certificate once (`propagation-ca.pem`)."""
    files = KeyFiles(str(folder / "propagation-ca.pem"), str(folder / "propagation-ca.key"))
    if Path(files.certificate).exists() and Path(files.key).exists():
        return files
    key = rsa.generate_private_key(65537, 3072)
    now = datetime.fromtimestamp(clock(), UTC).replace(microsecond=0)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "landbridge principal propagation")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_CA_USAGE, critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_private(Path(files.key), pem.decode())
    write_private(Path(files.certificate), certificate.public_bytes(serialization.Encoding.PEM).decode())
    return files


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


_USAGE = _usage(signs=False)
_CA_USAGE = _usage(signs=True)


def _unusable(file: str, reason: str) -> FaultError:
    return FaultError(fault("connector.state-unreadable", file=file, reason=reason))
