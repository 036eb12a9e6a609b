"""Opens connections for probes as traffic of one mapping opens them, and to nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from dataclasses import dataclass, field
from typing import cast

from landbridge.connector.dial_backend import connect_backend
from landbridge.connector.settings import ConnectorSettings
from landbridge.faults import FaultError
from landbridge.model.mapping import Mapping
from landbridge.net.dial import DialFailed, DialProblem, dialled

_READ = 65_536


@dataclass(slots=True)
class MappedDialler:
    """Connects to the backend of a mapping, whatever host is named; where the mapping has TLS, within it.

    port  the virtual port: the only one that leads anywhere
    """

    mapping: Mapping
    port: int
    settings: ConnectorSettings
    tls: ssl.SSLContext
    _relays: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self, host: str, port: int, seconds: float) -> socket.socket:
        """A connected, non-blocking socket. Raises `DialFailed`."""
        if port != self.port:
            raise DialFailed(DialProblem.UNREACHABLE, "a connector calls its own mappings only")
        if self.mapping.protocol.is_tls:
            return await self._within_tls()
        return await dialled(self.mapping.internal_host, self.mapping.internal_port_of(port), timeout=seconds)

    def permits(self, address: str) -> str:
        """Empty: the mapping leads where it leads."""
        return ""

    async def close(self) -> None:
        """End what is still open."""
        for task in list(self._relays):
            task.cancel()
        await asyncio.gather(*self._relays, return_exceptions=True)

    async def _within_tls(self) -> socket.socket:
        """The connector's own TLS to the backend, with a plain socket at the near end."""
        backend = _Backend()
        try:
            await connect_backend(lambda: backend, self.mapping, self.port, self.settings, self.tls)
        except FaultError as error:
            raise DialFailed(DialProblem.TLS, error.fault.sentence) from None
        near, far = socket.socketpair()
        near.setblocking(False)
        far.setblocking(False)
        relay = asyncio.get_running_loop().create_task(backend.relay(far))
        self._relays.add(relay)
        relay.add_done_callback(self._relays.discard)
        return near


class _Backend(asyncio.StreamReaderProtocol):
    """The TLS connection, as streams."""

    def __init__(self) -> None:
        self._incoming = asyncio.StreamReader()
        super().__init__(self._incoming)
        self._end: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._end = cast("asyncio.Transport", transport)  # that of TLS is of another class in uvloop

    async def relay(self, far: socket.socket) -> None:
        """Carry bytes both ways until one side ends."""
        assert self._end is not None
        outgoing = asyncio.StreamWriter(self._end, self, self._incoming, asyncio.get_running_loop())
        ways = (asyncio.create_task(self._inward(far)), asyncio.create_task(self._outward(far, outgoing)))
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._end.abort()
            far.close()

    async def _inward(self, far: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the end of a connection, whoever ends it, is an end
            while data := await self._incoming.read(_READ):
                await asyncio.get_running_loop().sock_sendall(far, data)

    async def _outward(self, far: socket.socket, outgoing: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await asyncio.get_running_loop().sock_recv(far, _READ):
                outgoing.write(data)
                await outgoing.drain()
