"""Who tried to create a destination on the level of a subaccount, and when: the audit records tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from landbridge.administration.audit_records import days, records
from landbridge.checks.observations.destination import Attempt

_CREATE = "POST /destination-configuration/v1/subaccountDestinations"
MOST = 20
"""Attempts that are told, the last ones."""


def creations(folder: Path, subaccount_id: str, name: str) -> tuple[Attempt, ...]:
    """The attempts of the last day that has any, in their order: those that were done, and those refused with 409."""
    for day in days(folder):
        found = sorted(_attempts(day, subaccount_id, name), key=lambda one: one.time)
        if found:
            return tuple(found[-MOST:])
    return ()


def _attempts(day: Path, subaccount_id: str, name: str) -> Iterator[Attempt]:
    for record in records(day, f'"{_CREATE}"'):
        try:
            data = record["data"]
            is_one = data["action"] == _CREATE and data["names"] == [name] and record["tenant"] == subaccount_id
            if is_one and data["status"] in (201, 409):
                time = datetime.fromisoformat(record["time"]).timestamp()
                yield Attempt(name=name, time=time, by=str(record["user"])[:200], done=data["status"] == 201)
        except (ValueError, KeyError, TypeError):
            continue
