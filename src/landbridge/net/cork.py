"""Writes of one loop turn, joined: a head and its body leave in one system call."""

from __future__ import annotations

import asyncio

JOIN_LIMIT = 65_536
"""Up to so many bytes copying is cheaper than a second buffer for the kernel."""


class Cork:
    """Collects writes to a transport and hands them over at the end of the loop turn."""

    __slots__ = ("_buffers", "_loop", "_size", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._buffers: list[bytes | memoryview] = []
        self._size = 0

    def write(self, data: bytes | memoryview) -> None:
        if not self._buffers:
            self._loop.call_soon(self.flush)
        self._buffers.append(data)
        self._size += len(data)

    def write_last(self, data: bytes | memoryview) -> None:
        """Write at once, behind what was collected: nothing follows that would be worth waiting for."""
        if self._buffers:
            self._buffers.append(data)
            self._size += len(data)
            self.flush()
        elif not self._transport.is_closing():
            self._transport.write(data)

    def flush(self) -> None:
        """Hand over what was collected; the transport then pauses its protocol if it is too much.

        A transport that was closed or aborted meanwhile takes nothing any more; uvloop's would even raise.
        """
        buffers, size = self._buffers, self._size
        self._buffers = []
        self._size = 0
        if not buffers or self._transport.is_closing():
            return
        if len(buffers) == 1:
            self._transport.write(buffers[0])
        elif size <= JOIN_LIMIT:
            self._transport.write(b"".join(buffers))
        else:
            self._transport.writelines(buffers)

    def drop(self) -> None:
        """The connection is lost: what was collected goes nowhere."""
        self._buffers = []
        self._size = 0

    def close(self) -> None:
        """Hand over, then close the transport behind it."""
        self.flush()
        self._transport.close()

    def write_eof(self) -> None:
        """Hand over, then end our direction where the transport can."""
        self.flush()
        if not self._transport.is_closing() and self._transport.can_write_eof():
            self._transport.write_eof()
