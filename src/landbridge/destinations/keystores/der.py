"""CER and CRT: one certificate in DER, no key."""

from __future__ import annotations

from landbridge.destinations.keystores.bounds import members
from landbridge.destinations.keystores.keys import certificate_of
from landbridge.destinations.keystores.material import Entry, Format, Keystore, Unusable


def read_der(content: bytes) -> Keystore:
    """Raises `Unusable`."""
    if not members(content):
        raise Unusable("it is neither a certificate in DER nor text in PEM")
    return Keystore(Format.DER, (Entry((certificate_of(content),)),))
