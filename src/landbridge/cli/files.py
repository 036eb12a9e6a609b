"""Files that commands read and write."""

from __future__ import annotations

import os
from pathlib import Path

from landbridge.faults import FaultError, fault

SIZE_LIMIT = 6_000_000


def write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody but its owner can read, unless it was there. Raises `FaultError`."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise FaultError(fault("platform.file-unwritable", file=path, reason=error.strerror or error)) from error


def read_some(path: Path) -> bytes:
    """The content of a file, at most a little more than any may have. Raises `FaultError`."""
    try:
        with path.open("rb") as file:
            return file.read(SIZE_LIMIT)
    except FileNotFoundError:
        raise FaultError(fault("file.missing", file=path)) from None
    except OSError as error:
        raise FaultError(fault("file.unreadable", file=path, reason=error.strerror or error)) from error
