"""Private keys and certificates as libraries give them, narrowed to those that can be used."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from landbridge.destinations.keystores.material import PrivateKey, Unusable

RSA_BITS = 16_384
"""Signing with a larger key takes seconds."""


def usable(key: object) -> PrivateKey:
    """`key`, if TLS and signatures can use it. Raises `Unusable`."""
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size > RSA_BITS:
            raise Unusable(f"its RSA key has more than {RSA_BITS} bits")
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey):
        return key
    raise Unusable("its private key is neither RSA nor EC nor EdDSA")


def belongs(key: PrivateKey, certificate: x509.Certificate) -> bool:
    """Whether the certificate is one of this key."""
    try:
        return _public(certificate.public_key()) == _public(key.public_key())
    except (ValueError, UnsupportedAlgorithm):
        return False


def chain_of(key: PrivateKey, certificates: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """The certificate of `key`, then those that vouch for it, each by the next; all others are left out.

    Raises `Unusable` when no certificate belongs to the key.
    """
    leaf = next((certificate for certificate in certificates if belongs(key, certificate)), None)
    if leaf is None:
        raise Unusable("no certificate in it belongs to its private key")
    chain = [leaf]
    while chain[-1].issuer != chain[-1].subject:
        above = (one for one in certificates if one.subject == chain[-1].issuer and one not in chain)
        issuer = next(above, None)
        if issuer is None:
            break
        chain.append(issuer)
    return tuple(chain)


def certificate_of(der: bytes) -> x509.Certificate:
    """A certificate from DER. Raises `Unusable`; a certificate whose parts do not parse counts as none."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        _ = (certificate.subject, certificate.issuer, certificate.not_valid_after_utc)
    except (ValueError, TypeError):
        raise Unusable("a certificate in it cannot be parsed") from None
    return certificate


def _public(key: object) -> bytes:
    if not hasattr(key, "public_bytes"):
        return b""
    der: bytes = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return der
