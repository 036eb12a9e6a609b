"""Node and the packages of a client project, installed once from their lock file."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from tests.tools import require_tool

NODE = 20
_INSTALL_SECONDS = 100


def require_node() -> str:
    """Path of a Node that is new enough; skips, or fails where tools are required."""
    node = shutil.which("node")
    found = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout if node else ""
    release = re.match(r"v(\d+)\.", found)
    require_tool(f"Node {NODE} or newer", bool(release and int(release[1]) >= NODE))
    assert node
    return node


def require_packages(project: Path) -> None:
    """See that the locked packages are there; if not, try `npm ci` once. Skips, or fails where tools are required."""
    modules = project / "node_modules"
    stamp = modules / ".landbridge-lock"
    with (project / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may want it at once
        wanted = hashlib.sha256(lock.read()).hexdigest()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        reason = _install(project)
        if not reason:
            stamp.write_text(wanted)
    require_tool(f"npm's packages of {project.name} ({reason or 'installed'})", not reason)


def _install(project: Path) -> str:
    """Empty when it worked, else why it did not."""
    npm = shutil.which("npm")
    if npm is None:
        return "npm is missing"
    command = [npm, "ci", "--ignore-scripts", "--loglevel", "error"]
    try:
        done = subprocess.run(
            command, cwd=project, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"npm ci took more than {_INSTALL_SECONDS} s"
    return "" if done.returncode == 0 else f"npm ci ended with {done.returncode}: {done.stderr.strip()[-300:]}"
