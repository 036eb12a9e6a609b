"""Time as an argument. `net/clock.py` reads the real one; tests bring their own."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds since the epoch (UTC)."""
