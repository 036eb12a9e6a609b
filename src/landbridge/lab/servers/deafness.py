"""A socket that nothing reaches any more, as behind a cable that was pulled: the other end gets no acknowledgement."""

from __future__ import annotations

import ctypes
import socket
import struct
from typing import Protocol

_SO_ATTACH_FILTER = getattr(socket, "SO_ATTACH_FILTER", 26)
_DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)
"""The one instruction of a classic BPF program: keep 0 bytes of each packet (`BPF_RET | BPF_K`)."""


class Socket(Protocol):
    """A socket, or what event loops give in place of one."""

    def setsockopt(self, level: int, option: int, value: bytes, /) -> None: ...


def deafen(connection: Socket) -> None:
    """Let the system drop every packet for this socket before TCP sees it. Linux alone can; it needs no rights.

    Raises `OSError` elsewhere.
    """
    program = ctypes.create_string_buffer(_DROP_ALL)
    connection.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))
