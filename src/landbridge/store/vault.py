"""Secrets at rest: AES-256-GCM with a key that never is in the database."""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from landbridge.faults import FaultError, fault
from landbridge.model.secret import Secret

KEY_BYTES = 32

_VERSION = b"\x01"
_NONCE_BYTES = 12


class Vault:
    """Seals texts and opens them again. A sealed value is version, nonce, ciphertext, tag.

    `context` names the place of the value; a value that was moved to another place does not open.
    """

    __slots__ = ("_cipher", "fingerprint")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a vault key has {KEY_BYTES} bytes, not {len(key)}")
        self._cipher = AESGCM(key)
        self.fingerprint = hashlib.sha256(b"landbridge vault\0" + key).hexdigest()[:16]
        """Names the key without telling anything about it."""

    def seal(self, value: Secret | str, context: str = "") -> bytes:
        """`value` encrypted under a fresh nonce."""
        text = value.reveal() if isinstance(value, Secret) else value
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, text.encode(), context.encode())

    def open(self, sealed: bytes, context: str = "") -> str:
        """The text that was sealed. Raises `FaultError` (`store.unreadable`): wrong key, wrong place, or altered."""
        if sealed[:1] != _VERSION:
            raise FaultError(fault("store.unreadable", fingerprint=self.fingerprint))
        nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, ciphertext, context.encode()).decode()
        except (InvalidTag, ValueError):
            raise FaultError(fault("store.unreadable", fingerprint=self.fingerprint)) from None

    def __repr__(self) -> str:
        return f"<Vault {self.fingerprint}>"
