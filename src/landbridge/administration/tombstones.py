"""What is known of destinations that are gone: the audit records tell when they were deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

FILES = 31
"""Days of records that are searched."""
LARGEST = 64 * 1024 * 1024
_LEVELS = ("subaccountDestinations", "instanceDestinations")


def deleted_at(folder: Path, subaccount_id: str, name: str) -> float:
    """When a destination of that name was deleted last (seconds since the epoch); 0: not known."""
    wanted = {f"DELETE /destination-configuration/v1/{level}/{name}" for level in _LEVELS}
    for file in sorted(folder.glob("*.jsonl"), reverse=True)[:FILES]:
        found = max(_deletions(file, subaccount_id, wanted), default=0.0)
        if found:
            return found
    return 0.0


def _deletions(file: Path, subaccount_id: str, wanted: set[str]) -> Iterator[float]:
    try:
        if file.stat().st_size > LARGEST:
            return
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    for line in lines:
        if '"DELETE /destination-configuration/' in line:
            yield from _deletion(line, subaccount_id, wanted)


def _deletion(line: str, subaccount_id: str, wanted: set[str]) -> Iterator[float]:
    try:
        record = json.loads(line)
        action, done = unquote(str(record["data"]["action"])), record["data"]["message"] == "done"
        if done and action in wanted and record["tenant"] in (subaccount_id, ""):
            yield datetime.fromisoformat(record["time"]).timestamp()
    except (ValueError, KeyError, TypeError):
        return
