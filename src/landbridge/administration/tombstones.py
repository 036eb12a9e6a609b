"""What is known of destinations that are gone: the audit records tell when they were deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from landbridge.administration.audit_records import days, records

_LEVELS = ("subaccountDestinations", "instanceDestinations")


def deleted_at(folder: Path, subaccount_id: str, name: str) -> float:
    """When a destination of that name was deleted last (seconds since the epoch); 0: not known."""
    wanted = {f"DELETE /destination-configuration/v1/{level}/{name}" for level in _LEVELS}
    for day in days(folder):
        found = max(_deletions(day, subaccount_id, wanted), default=0.0)
        if found:
            return found
    return 0.0


def _deletions(day: Path, subaccount_id: str, wanted: set[str]) -> Iterator[float]:
    for record in records(day, '"DELETE /destination-configuration/'):
        try:
            action, done = unquote(str(record["data"]["action"])), record["data"]["message"] == "done"
            if done and action in wanted and record["tenant"] in (subaccount_id, ""):
                yield datetime.fromisoformat(record["time"]).timestamp()
        except (ValueError, KeyError, TypeError):
            continue
