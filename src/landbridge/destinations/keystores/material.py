"""What a file of certificates and keys holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from landbridge.model.secret import Secret

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey
"""The kinds of keys that TLS and signatures can use."""


class Format(StrEnum):
    """How a file is written. The extension of the name says which (destination-service §1.5)."""

    PEM = "PEM"
    DER = "DER"
    PKCS12 = "PKCS#12"
    JKS = "JKS"


class Unusable(Exception):
    """The bytes are no such file. The message completes "it cannot be used: ..."; it never holds content."""


class WrongPassword(Exception):
    """The file is in order as far as can be told, but the password does not open it."""


class PasswordNeeded(WrongPassword):
    """The file is encrypted, and no password was given."""


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """A key with its certificates (the leaf first), or a single trusted certificate without a key."""

    certificates: tuple[x509.Certificate, ...]
    key: PrivateKey | None = None
    alias: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Keystore:
    """What a file holds, in its order."""

    format: Format
    entries: tuple[Entry, ...] = ()

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        return tuple(certificate for entry in self.entries for certificate in entry.certificates)

    @property
    def key_entry(self) -> Entry | None:
        """The first entry that has a private key: the one that clients use."""
        return next((entry for entry in self.entries if entry.key is not None), None)


@dataclass(frozen=True, slots=True)
class KeyMaterial:
    """A private key and the certificates that vouch for it: for TLS client authentication and for signatures."""

    key: PrivateKey = field(repr=False)
    certificate: x509.Certificate = field(repr=False)
    chain: tuple[x509.Certificate, ...] = field(default=(), repr=False)

    @property
    def certificate_pem(self) -> str:
        """The certificate of the key alone."""
        return pem_of(self.certificate)

    @property
    def chain_pem(self) -> str:
        """The certificate of the key and then those above it, as a TLS client presents them."""
        return "".join(pem_of(certificate) for certificate in (self.certificate, *self.chain))

    @property
    def key_pem(self) -> str:
        """The private key, not encrypted (PKCS#8)."""
        return key_pem(self.key).reveal()


def pem_of(certificate: x509.Certificate) -> str:
    """A certificate in PEM, with a line feed at the end."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key: PrivateKey) -> Secret:
    """A private key in PEM, not encrypted (PKCS#8)."""
    return Secret(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
    )
