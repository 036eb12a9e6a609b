"""Certificates out of a text that people give us."""

from __future__ import annotations

import re

from cryptography import x509

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----[^-]{1,65536}-----END CERTIFICATE-----")
MOST = 1000


def pem_certificates(text: str) -> tuple[str, ...]:
    """The certificates in a text of PEM blocks.

    Raises `ValueError` when there is none, one cannot be read, or there are more than 1000.
    """
    blocks = tuple(_BLOCK.findall(text))
    if not blocks:
        raise ValueError("it holds no PEM certificate")
    if len(blocks) > MOST:
        raise ValueError(f"it holds {len(blocks)} certificates, at most {MOST} are read")
    for number, block in enumerate(blocks, 1):
        try:
            x509.load_pem_x509_certificate(block.encode())
        except ValueError:
            raise ValueError(f"certificate {number} in it cannot be read") from None
    return blocks
