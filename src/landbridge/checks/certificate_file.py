"""Certificates out of a file or an answer, in whichever form people have them: PEM, DER, PKCS#7."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from landbridge.checks.pem_file import MOST, pem_certificates

_PKCS7 = b"-----BEGIN PKCS7-----"


def certificates_in(content: bytes) -> tuple[str, ...]:
    """The certificates in a file, as PEM. Raises `ValueError` when there is none, or one cannot be read."""
    if b"-----BEGIN" in content and _PKCS7 not in content:
        try:
            return pem_certificates(content.decode())
        except UnicodeDecodeError:
            raise ValueError("it is not text") from None
    found = bare_certificates(content)
    if not 0 < len(found) <= MOST:
        raise ValueError(f"it holds {len(found)} certificates")
    return tuple(one.public_bytes(Encoding.PEM).decode() for one in found)


def bare_certificates(content: bytes) -> list[x509.Certificate]:
    """One certificate in DER, or a collection (RFC 5280 §4.2.2.1). Raises `ValueError`."""
    try:
        return [x509.load_der_x509_certificate(content)]
    except ValueError:
        pass
    try:
        if _PKCS7 in content:
            return pkcs7.load_pem_pkcs7_certificates(content)
        return pkcs7.load_der_pkcs7_certificates(content)
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("what is there is no certificate") from None
