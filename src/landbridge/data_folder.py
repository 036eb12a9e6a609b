"""The data folder's files that other programs read: who works on it, where that answers, its admin token and its CA.

For: `app.py` writes them, the command line reads them. The database and the key that seals it belong to `store`.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from landbridge.faults import FaultError, fault
from landbridge.model.secret import Secret

if sys.platform != "win32":
    import fcntl

ADMIN_TOKEN = "admin.token"
CA = "ca.pem"
RUNTIME = "runtime.json"
LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Running:
    """A running cloud side: where it answers, and which process it is.

    local_url  address for programs on this machine; the other addresses use the public host name
    """

    pid: int
    profile: str
    api_url: str
    https_url: str
    local_url: str
    token_domain: str
    ports: Mapping[str, int]


class FolderLock:
    """Holds the data folder for one process; the operating system lets go of it when the process dies."""

    def __init__(self, data: Path) -> None:
        """Create the folder if need be and take it. Raises `FaultError`: `platform.data-in-use`, or unwritable."""
        make_folder(data)
        path = data / LOCK
        self._file = _open_lock(path)
        try:
            if sys.platform != "win32":
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(self._file, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise FaultError(fault("platform.data-in-use", pid=pid, folder=data)) from None
        os.truncate(path, 0)
        os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        os.close(self._file)


def make_folder(data: Path) -> None:
    """Create the data folder, for this user alone."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unwritable(data, error) from error


def load_or_create_admin_token(data: Path) -> Secret:
    """The admin token of this data folder; made at the first start (design §7)."""
    path = data / ADMIN_TOKEN
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
    except FileExistsError:
        pass
    except OSError as error:
        raise _unwritable(path, error) from error
    return read_admin_token(data)


def read_admin_token(data: Path) -> Secret:
    """The admin token, for a program that wants to use it. Raises `FaultError`: `platform.file-unreadable`."""
    path = data / ADMIN_TOKEN
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    if not text:
        raise FaultError(fault("platform.file-unreadable", file=path, reason="it is empty; delete it for a new one"))
    return Secret(text)


def write_ca(data: Path, pem: str) -> Path:
    """Write the certificate of our CA, for clients that shall trust it."""
    return replace_file(data / CA, pem)


def read_ca(data: Path) -> str | None:
    """The certificate of our CA; None when this folder never saw a start."""
    path = data / CA
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def write_running(data: Path, running: Running) -> None:
    """Say where this data folder's cloud side answers."""
    replace_file(data / RUNTIME, json.dumps(asdict(running), indent=2) + "\n")


def read_running(data: Path) -> Running | None:
    """Where the cloud side of this data folder answers; None when there is none, or only traces of a dead one."""
    path = data / RUNTIME
    try:
        running = Running(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise _unreadable(path, error) from error
    return running if _lives(running.pid) else None


def remove_running(data: Path) -> None:
    """Take the address away: nobody answers there any more."""
    (data / RUNTIME).unlink(missing_ok=True)


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unwritable(path, error) from error


def _lives(pid: int) -> bool:
    if sys.platform == "win32":  # there, signal 0 would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def replace_file(path: Path, text: str) -> Path:
    """Write as one step, so that nobody reads half a file. Raises `FaultError`: `platform.file-unwritable`."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def _unreadable(path: Path, error: Exception) -> FaultError:
    return FaultError(fault("platform.file-unreadable", file=path, reason=_reason(error)))


def _unwritable(path: Path, error: OSError) -> FaultError:
    return FaultError(fault("platform.file-unwritable", file=path, reason=_reason(error)))


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
