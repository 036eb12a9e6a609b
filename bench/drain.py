"""Waits until the kernel is rid of what a run left behind.

A run of bulk ends with its connections closed, but hundreds of megabytes of its bodies are still on their way, in this
machine's sockets. Near its limit (`net.ipv4.tcp_mem`) the kernel drops segments of every connection, so that whoever
comes next would be measured with the load of the one before.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_SOCKETS = Path("/proc/net/sockstat")
_ENOUGH = 32 * 2**20
_LOOK = 0.1


def wait(patience: float = 30.0) -> None:
    """Return when all TCP sockets of the machine hold little memory, or when the patience (seconds) is over."""
    deadline = time.monotonic() + patience
    while held() > _ENOUGH and time.monotonic() < deadline:
        time.sleep(_LOOK)


def held() -> int:
    """Bytes that TCP sockets hold in the kernel; 0 where it does not say."""
    if not _SOCKETS.exists():
        return 0
    for line in _SOCKETS.read_text().splitlines():
        name, *words = line.split()
        if name == "TCP:":
            return int(words[words.index("mem") + 1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
