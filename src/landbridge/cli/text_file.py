"""Text files that commands are given."""

from __future__ import annotations

from pathlib import Path

from landbridge.faults import FaultError, fault

_LIMIT = 1_000_000


def read_text(path: Path) -> str:
    """The content of a small text file. Raises `FaultError` (`platform.file-unreadable`)."""
    try:
        with path.open("rb") as file:
            return file.read(_LIMIT).decode()
    except UnicodeDecodeError:
        raise FaultError(fault("platform.file-unreadable", file=path, reason="it is not UTF-8 text")) from None
    except OSError as error:
        raise FaultError(fault("platform.file-unreadable", file=path, reason=error.strerror or error)) from error
