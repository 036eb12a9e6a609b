"""Notices clients that take no byte any more; slow ones that take a few are left in peace."""

from __future__ import annotations

import asyncio


class Stall:
    """Watches one transport while its writing is paused."""

    __slots__ = ("_buffered", "_since")

    def __init__(self) -> None:
        self._since = 0.0
        self._buffered = 0

    def begin(self, now: float) -> None:
        """Writing is paused from now on."""
        self._since = now
        self._buffered = 0

    def end(self) -> None:
        """Writing goes on."""
        self._since = 0.0

    def lasts(self, transport: asyncio.Transport | None, now: float, timeout: float) -> bool:
        """Whether nothing was taken for `timeout` seconds (0: never). Call it now and then."""
        if not self._since or not timeout or transport is None:
            return False
        buffered = transport.get_write_buffer_size()
        if buffered != self._buffered:
            self._buffered = buffered
            self._since = now
        return now > self._since + timeout
