"""What the system knows of a TCP connection that nothing is heard on."""

from __future__ import annotations

import socket
from typing import Protocol

_TCP_INFO = getattr(socket, "TCP_INFO", None)
_RETRANSMITS = 2
"""Where the byte `tcpi_retransmits` stands in `struct tcp_info` of Linux."""


class Socket(Protocol):
    """A socket, or what event loops give in place of one."""

    def getsockopt(self, level: int, option: int, size: int, /) -> bytes: ...


def resent(connection: Socket) -> int | None:
    """How often in a row the system has sent the same again, because the other machine acknowledges nothing.

    0: everything is acknowledged, or has not waited long. None: this system does not tell.
    """
    if _TCP_INFO is None:
        return None
    try:
        told = connection.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _RETRANSMITS + 1)
    except OSError:
        return None
    return told[_RETRANSMITS] if len(told) > _RETRANSMITS else None
