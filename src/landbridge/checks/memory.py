"""Remembers on this machine how targets were when nothing was wrong: a small file for each."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

import msgspec

from landbridge.checks.evidence import Evidence, LastGood, Target


def folder() -> Path:
    """Where a user's programs keep state: XDG_STATE_HOME, else ~/.local/state."""
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home, "landbridge", "targets")


def remembered(evidence: Evidence, place: Path) -> Evidence:
    """The evidence, with how its target was when nothing was wrong. A memory that cannot be read is none."""
    try:
        known = msgspec.json.decode(_file(place, evidence.target).read_bytes(), type=LastGood)
    except (OSError, msgspec.MsgspecError):
        return evidence
    return msgspec.structs.replace(evidence, last_good=known)


def remember(target: Target, known: LastGood, place: Path) -> bool:
    """Keep it; whether that was possible. The file is there as a whole or not at all."""
    file = _file(place, target)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as fresh:
            fresh.write(msgspec.json.encode(known))
        Path(fresh.name).replace(file)
    except OSError:
        return False
    with contextlib.suppress(OSError):
        _forget_oldest(file.parent)
    return True


MOST = 1000
"""Targets that are remembered."""


def _forget_oldest(place: Path) -> None:
    files = sorted(place.glob("*.json"), key=lambda file: file.stat().st_mtime)
    for file in files[:-MOST]:
        file.unlink(missing_ok=True)


def _file(place: Path, target: Target) -> Path:
    key = f"{target.address} {target.path} {target.location} {target.perspective} {target.user}"
    return place / f"{target.protocol}-{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"
