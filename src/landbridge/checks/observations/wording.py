"""How reports write numbers, moments and location ids. Pure."""

from __future__ import annotations

from datetime import UTC, datetime


def counted(number: int, noun: str) -> str:
    """A number of things: "1 certificate", "2 certificates"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def location_id(name: str) -> str:
    """A location id; the empty one is one too."""
    return f"location id '{name}'" if name else "the empty location id"


def moment(seconds: float) -> str:
    """A moment (seconds since the epoch), to the minute."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, ValueError, OSError):
        return "a moment that no calendar has"
