"""Certificates in the forms in which people have them."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from landbridge.checks.certificate_file import certificates_in
from landbridge.lab.pki import root

ONE, TWO = root("One"), root("Two")


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (ONE.pem.encode(), 1),
        (f"a remark\n{ONE.pem}\n{TWO.pem}".encode(), 2),
        (ONE.certificate.public_bytes(Encoding.DER), 1),
        (pkcs7.serialize_certificates([ONE.certificate, TWO.certificate], Encoding.DER), 2),
        (pkcs7.serialize_certificates([ONE.certificate, TWO.certificate], Encoding.PEM), 2),
    ],
)
def test_every_form_gives_the_same_certificates(content: bytes, number: int) -> None:
    found = certificates_in(content)
    assert sorted(one.strip() for one in found) == sorted(pair.pem.strip() for pair in (ONE, TWO)[:number])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no certificate",
        b"\x30\x82\x01\x00",
        b"-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PKCS7-----\nbm90aGluZw==\n-----END PKCS7-----\n",
        b"-----BEGIN CERTIFICATE-----\xff\xfe",
        ONE.key_pem.encode(),
    ],
)
def test_anything_else_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"it |what "):
        certificates_in(content)
