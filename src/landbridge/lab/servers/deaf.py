"""Ports that do not answer."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

_MOST = 16
_AT_ONCE = 0.2


@contextlib.contextmanager
def full_port() -> Iterator[int]:
    """A port whose queue is full: the kernel drops what comes, as a firewall would, and callers wait in vain."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(_MOST):
            caller = stack.enter_context(socket.socket())
            caller.settimeout(_AT_ONCE)
            try:
                caller.connect(listener.getsockname())
            except TimeoutError:
                break
        yield int(listener.getsockname()[1])


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """A port that is taken, and at which nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])
