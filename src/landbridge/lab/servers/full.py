"""A port that swallows connections: its queue is full, so the system answers nobody, as a firewall does."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

_WAITING = 4


@contextlib.contextmanager
def full_queue() -> Iterator[int]:
    """Its port."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(_WAITING):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(listener.getsockname())
        yield int(listener.getsockname()[1])
