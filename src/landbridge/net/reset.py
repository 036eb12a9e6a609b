"""Ending a TCP connection so that the peer notices (traps 5)."""

from __future__ import annotations

import asyncio
import socket
import struct


def abort_with_reset(transport: asyncio.Transport) -> None:
    """Abort with RST instead of uvloop's clean FIN, so that a body that was cut cannot look complete."""
    connection = transport.get_extra_info("socket")
    if connection is not None and not transport.is_closing():
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
