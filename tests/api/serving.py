"""An application behind a real server, in a thread with its own event loop: for clients that block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def in_thread(opened: Callable[[], AbstractAsyncContextManager[T]]) -> Iterator[T]:
    """What the asynchronous context yields, while it is open in another thread."""
    ready: Future[tuple[T, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def main() -> None:
        done = asyncio.Event()
        try:
            async with opened() as value:
                ready.set_result((value, asyncio.get_running_loop(), done))
                await done.wait()
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    thread = threading.Thread(target=lambda: asyncio.run(main()), name="serving")
    thread.start()
    try:
        value, loop, done = ready.result(timeout=60)
        yield value
        loop.call_soon_threadsafe(done.set)
    finally:
        thread.join(timeout=60)
