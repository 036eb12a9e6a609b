"""A listener whose queue is full: the system leaves every SYN unanswered. Also a program, so that it can be killed."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def full_listener(port: int = 0) -> Iterator[int]:
    """The port of a listener that never accepts and whose queue is full, so that the system answers no SYN."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(address)
        yield address[1]


if __name__ == "__main__":
    with full_listener(int(sys.argv[1])) as listening:
        print(listening, flush=True)
        signal.pause()
