"""A door: a listening port, the client connections that came through it, and what they share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from secrets import token_hex
from typing import TYPE_CHECKING, Protocol

from landbridge.faults import Fault
from landbridge.gateway.admission import Admission
from landbridge.gateway.latency import Latencies
from landbridge.gateway.tenants import Tenants
from landbridge.gateway.traces import TraceBook
from landbridge.settings import DoorSettings

if TYPE_CHECKING:
    from landbridge.gateway.injected import Meddler
    from landbridge.gateway.session import TunnelSession

SWEEP_INTERVAL = 0.5


class Tunnels(Protocol):
    """Where the door finds tunnels (gateway/registry.py)."""

    traces: TraceBook

    def find(self, subaccount_id: str, location_id: str) -> TunnelSession: ...


class RefusalLog(Protocol):
    """Hears about every fault that the door answers with."""

    def __call__(self, reason: Fault, *, request_id: str, tenant: str, peer: str) -> None: ...


@dataclass(slots=True)
class DoorCounters:
    """Plain integers (design §5)."""

    connections: int = 0
    requests: int = 0
    answers: int = 0
    cut: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    refusals: dict[str, int] = field(default_factory=dict)


class ClientConnection(asyncio.Protocol):
    """What a door needs of its connections."""

    @property
    def busy(self) -> bool:
        """A request is under way."""
        return False

    def sweep(self, now: float) -> None:
        """Look at the deadlines."""

    def abort(self) -> None:
        """Close at once."""


class Door:
    """One listening port. `factory` makes a connection of it; HTTP and SOCKS5 differ in nothing else."""

    def __init__(
        self,
        factory: Callable[[Door], ClientConnection],
        settings: DoorSettings,
        admission: Admission,
        tunnels: Tunnels,
        log: RefusalLog,
        tenants: Tenants,
    ) -> None:
        self._factory = factory
        self.settings = settings
        self.admission = admission
        self.tunnels = tunnels
        self.log = log
        self.tenants = tenants
        self.counters = DoorCounters()
        self.latencies = Latencies()
        self.connections: set[ClientConnection] = set()
        self.draining = False
        self.meddler: Meddler | None = None
        """Takes part in requests while failures are wanted (gateway/injected.py)."""
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self._ids = count(1)
        self._prefix = token_hex(4)

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: self._factory(self), host, port, backlog=1024)
        self._sweeper = loop.call_later(SWEEP_INTERVAL, self._sweep)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the listener and what is still connected."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            connection.abort()
        if self._server is not None:
            await self._server.wait_closed()

    def next_id(self) -> str:
        """Id of a request or a connection, unique in this installation for all practical purposes."""
        return f"{self._prefix}-{next(self._ids):x}"

    @property
    def busy(self) -> int:
        """Requests that are under way."""
        return sum(connection.busy for connection in self.connections)

    def note(self, reason: Fault, *, request_id: str, tenant: str, peer: str) -> None:
        """Count and log a fault that a client was answered with."""
        refusals = self.counters.refusals
        refusals[reason.code] = refusals.get(reason.code, 0) + 1
        if tenant:
            self.tenants.refused(tenant, reason.code)
        self.log(reason, request_id=request_id, tenant=tenant, peer=peer)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        self._sweeper = loop.call_later(SWEEP_INTERVAL, self._sweep)
        now = loop.time()
        for connection in list(self.connections):
            connection.sweep(now)
