"""Stopping: the first SIGINT or SIGTERM asks, the second one does not wait."""

from __future__ import annotations

import asyncio
import os
import signal
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM)


def stop_requested() -> asyncio.Event:
    """An event that the first signal sets. The second one ends the process at once, with 128 + its number."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def on_signal(number: int, _: FrameType | None = None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        loop.call_soon_threadsafe(stop.set)

    for number in STOPPING:
        try:
            loop.add_signal_handler(number, on_signal, number)
        except NotImplementedError:  # Windows
            signal.signal(number, on_signal)
    return stop
