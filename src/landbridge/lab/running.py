"""Which scenarios run on this machine: a locked file for each, so that another program can end them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from landbridge.checks.memory import folder


def _place() -> Path:
    place = folder().parent / "lab"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


@contextlib.contextmanager
def noted(name: str) -> Iterator[None]:
    """Say that this process runs that scenario, as long as the context lasts. The lock shows that it still lives."""
    path = _place() / f"{os.getpid()}.txt"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(name)
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def stop_all() -> list[str]:
    """End all of them; their names. Returns when they are gone: a process that died before left nothing but a file."""
    ended = []
    for path in sorted(_place().glob("*.txt")):
        with contextlib.suppress(FileNotFoundError), path.open("r+") as file:
            if _is_held(file.fileno()):
                ended.append(file.read())
                os.kill(int(path.stem), signal.SIGTERM)
                fcntl.flock(file, fcntl.LOCK_EX)
            path.unlink(missing_ok=True)
    return ended


def _is_held(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
