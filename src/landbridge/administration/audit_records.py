"""What the audit records tell of the past: read backwards, a day after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FILES = 31
"""Days of records that are searched."""
LARGEST = 64 * 1024 * 1024


def days(folder: Path) -> list[Path]:
    """The files of the last days, the newest first."""
    return sorted(folder.glob("*.jsonl"), reverse=True)[:FILES]


def records(day: Path, text: str) -> Iterator[Mapping[str, Any]]:
    """The records of a file whose line holds `text`, in their order; what cannot be read is passed over."""
    try:
        if day.stat().st_size > LARGEST:
            return
        lines = day.read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    for line in lines:
        if text in line:
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict) and isinstance(found.get("data"), dict):
                yield found
