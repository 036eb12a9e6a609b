"""Secrets at rest: AES-256-GCM with a key that never is in the database."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from landbridge.faults import FaultError, fault
from landbridge.model.secret import Secret

KEY_FILE = "master.key"
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


def load_or_create_vault(data: Path) -> Vault:
    """The vault of the data folder. A missing folder or key is made, readable by its owner alone.

    Raises `FaultError`: `store.key-malformed`, `store.key-exposed` (others may read it), `store.data-unusable`.
    """
    path = data / KEY_FILE
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _create_key(path)
        if path.stat().st_mode & 0o077 and os.name == "posix":
            raise FaultError(fault("store.key-exposed", file=path))
        text = path.read_bytes()
    except OSError as error:
        raise FaultError(fault("store.data-unusable", folder=data, reason=error.strerror or error)) from error
    return Vault(_decode(path, text))


def _create_key(path: Path) -> None:
    """Write the key to a file of our own and link it into place, so that nobody ever reads half a key."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        _link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return  # another process was first: its key is the key


def _decode(path: Path, text: bytes) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise FaultError(fault("store.key-malformed", file=path))
    return key
