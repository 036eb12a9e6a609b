"""Certificates and key files for tests, made once for the whole run."""

from __future__ import annotations

import datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from landbridge.destinations.keystores.jks import write_jks
from landbridge.destinations.keystores.material import Entry
from landbridge.destinations.keystores.pem import write_pem
from landbridge.destinations.keystores.pkcs12 import write_pkcs12
from landbridge.model.secret import Secret

PASSWORD = Secret("pässwörd 1")
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """A key pair; another number is another one."""
    return rsa.generate_private_key(65537, 2048)


@cache
def ec_key(number: int = 0) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def certificate(subject: str, issuer: str, key: rsa.RSAPrivateKey, signer: rsa.RSAPrivateKey) -> x509.Certificate:
    """A certificate that is valid in 2026 and 2027."""
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(BEGIN + datetime.timedelta(days=730))
        .sign(signer, hashes.SHA256())
    )


@cache
def entry() -> Entry:
    """A client's key with its certificate and that of the authority."""
    leaf = certificate("client", "root", rsa_key(), rsa_key(1))
    root = certificate("root", "root", rsa_key(1), rsa_key(1))
    return Entry((leaf, root), rsa_key(), "client")


def a_pem(password: Secret | None = None) -> bytes:
    return write_pem(entry(), password)


@cache
def a_p12(password: Secret = PASSWORD) -> bytes:
    return write_pkcs12(entry(), password)


@cache
def a_jks(password: Secret = PASSWORD) -> bytes:
    trusted = Entry((entry().certificates[1],), alias="root")
    return write_jks((trusted, entry()), password, 1_790_000_000_000)


def a_der() -> bytes:
    return entry().certificates[0].public_bytes(serialization.Encoding.DER)
