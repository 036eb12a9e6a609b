"""From a stored certificate to its content and to its key."""

from __future__ import annotations

import base64
from binascii import Error as NotBase64

from landbridge.destinations.keystores.material import KeyMaterial
from landbridge.destinations.keystores.reading import key_material
from landbridge.faults import FaultError, fault
from landbridge.model.certificate import StoredCertificate
from landbridge.model.secret import Secret


def load(stored: StoredCertificate, password: Secret | None = None) -> KeyMaterial:
    """The private key in a stored file, with its certificates; for mTLS to token services and for signatures.

    It takes the time of a password derivation (up to a second for a strong one): call it in a thread.
    Raises `FaultError`: `certificate.unusable`, `.password-missing`, `.password-wrong`, `.no-private-key`.
    """
    return key_material(stored.name, content_of(stored), password)


def content_of(stored: StoredCertificate) -> bytes:
    """The bytes of the file. Raises `FaultError` (`certificate.unusable`) when its text is not base64."""
    return decoded(stored.name, stored.content.reveal())


def decoded(name: str, text: str) -> bytes:
    """The bytes behind base64 text, line breaks allowed. Raises `FaultError`: `certificate.unusable`."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (NotBase64, ValueError):
        raise FaultError(fault("certificate.unusable", name=name[:200], reason="its content is not base64")) from None


def encoded(content: bytes) -> Secret:
    """The base64 text of a file, without line breaks (destination-service §10)."""
    return Secret(base64.b64encode(content).decode())
