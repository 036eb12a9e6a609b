"""The event loop: uvloop where it has a build, else the standard one."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Result = TypeVar("Result")

GC_THRESHOLDS = (20_000, 20, 50)
"""Objects between two looks for cycles, and how often a look goes deeper. A request makes about a hundred objects and
no cycle; Python's 700 would mean a look every seven requests."""


@contextmanager
def beginning() -> Iterator[None]:
    """While a program starts, nobody looks for cycles: modules and what is composed of them are made to stay.

    What is there at the end is never looked at again, either: not in the middle of a request.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run `main` on the fastest loop of this platform, with a collector that looks for cycles less often."""
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)
