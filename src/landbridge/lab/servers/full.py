"""A port that swallows connections: its queue is full, so the system answers nobody, as a firewall does."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

_WAITING = 4


@contextlib.contextmanager
def full_queue(address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """The port at that address; 0: a free one."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(family))
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(_WAITING):
            waiting = stack.enter_context(socket.socket(family))
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(listener.getsockname())
        yield int(listener.getsockname()[1])
