"""A client project in Python, with an environment of its own: its libraries are not ours, and are locked apart."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

from tests.tools import require_tool

_INSTALL_SECONDS = 280


def environment_of(project: Path) -> str:
    """The Python that runs a project. Installs what is locked once. Skips, or fails where tools are required."""
    folder = project / ".venv"
    python, stamp = folder / "bin" / "python", folder / ".landbridge-lock"
    with (project / "requirements.txt").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may want it at once
        wanted = hashlib.sha256(lock.read() + sys.version.encode()).hexdigest()
        if stamp.exists() and stamp.read_text() == wanted:
            return str(python)
        reason = _install(project, folder)
        if not reason:
            stamp.write_text(wanted)
    require_tool(f"The packages of {project.name} ({reason or 'installed'})", not reason)
    return str(python)


def _install(project: Path, folder: Path) -> str:
    """Empty when it worked, else why it did not."""
    # Our own pip does it, and compiles nothing: most modules are never imported.
    pip = [sys.executable, "-m", "pip", "--python", str(folder), "install", "-q", "--disable-pip-version-check"]
    lock = ["--no-compile", "--require-hashes", "-r", str(project / "requirements.txt")]
    for command in ([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)], [*pip, *lock]):
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return f"{command[2]} took more than {_INSTALL_SECONDS} s"
        if done.returncode != 0:
            return f"{command[2]} ended with {done.returncode}: {done.stderr.strip()[-300:]}"
    return ""
