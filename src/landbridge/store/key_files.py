"""The master key in the data folder, and the one that will follow it.

    master.key              the key
    master.key.next         a new one: made, not yet taken over
    master.key.old-<name>   one that was replaced; backups from its time need it, nothing else does

A new key is on the disk before the database is sealed with it, and an old one stays there afterwards: whatever moment
a rotation is cut off at, the key that the database wants is in the folder.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from landbridge.faults import FaultError, fault
from landbridge.store.vault import KEY_BYTES, Vault

KEY_FILE = "master.key"
NEXT_FILE = "master.key.next"


def load_or_create_vault(data: Path) -> Vault:
    """The vault of the data folder. A missing folder or key is made, readable by its owner alone.

    Raises `FaultError`: `store.key-malformed`, `store.key-exposed` (others may read it), `store.data-unusable`.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _load_or_create(data / KEY_FILE)
    except OSError as error:
        raise _unusable(data, error) from error


def load_vault(data: Path) -> Vault:
    """The vault of a data folder that has one. Raises `FaultError`: as above, and `store.key-missing`."""
    try:
        if not (data / KEY_FILE).exists():
            raise FaultError(fault("store.key-missing", folder=data))
        return _load(data / KEY_FILE)
    except OSError as error:
        raise _unusable(data, error) from error


def prepare_next(data: Path) -> Vault:
    """The key that will follow: made now, or left by a rotation that was cut off. Raises `FaultError`."""
    try:
        return _load_or_create(data / NEXT_FILE)
    except OSError as error:
        raise _unusable(data, error) from error


def next_vault(data: Path) -> Vault | None:
    """What a rotation that was cut off has left, None when none was. Raises `FaultError`."""
    try:
        return _load(data / NEXT_FILE) if (data / NEXT_FILE).exists() else None
    except OSError as error:
        raise _unusable(data, error) from error


def take_over(data: Path) -> Path:
    """The next key becomes the key; returns where the old one is kept. Raises `FaultError`."""
    try:
        kept = data / f"{KEY_FILE}.old-{_load(data / KEY_FILE).fingerprint}"
        if not kept.exists():
            os.link(data / KEY_FILE, kept)
        _sync(data)  # the old key has its second name before it loses the first one
        os.replace(data / NEXT_FILE, data / KEY_FILE)
        _sync(data)
    except OSError as error:
        raise _unusable(data, error) from error
    return kept


def _load_or_create(path: Path) -> Vault:
    if not path.exists():
        _create(path)
    return _load(path)


def _load(path: Path) -> Vault:
    if path.stat().st_mode & 0o077 and os.name == "posix":
        raise FaultError(fault("store.key-exposed", file=path))
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise FaultError(fault("store.key-malformed", file=path))
    return Vault(key)


def _create(path: Path) -> None:
    """Write the key to a file of our own and link it into place, so that nobody ever reads half a key."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        _link(draft, path)
        _sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return  # another process was first: its key is the key


def _sync(folder: Path) -> None:
    """Names are on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unusable(data: Path, error: OSError) -> FaultError:
    return FaultError(fault("store.data-unusable", folder=data, reason=error.strerror or error))
