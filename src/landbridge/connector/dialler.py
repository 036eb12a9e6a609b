"""Keeps one connection to one gateway: dial, serve, redial, until told to stop or until it is pointless."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from landbridge.connector.backoff import Backoff
from landbridge.connector.session import ConnectorSession
from landbridge.connector.settings import ConnectorSettings
from landbridge.faults import Fault, FaultError
from landbridge.model.clock import Clock


@dataclass(frozen=True, slots=True)
class Connected:
    """The gateway has taken the tunnel. `gateway_time` is its clock, `skew` by how many seconds it is ahead of ours."""

    address: str
    gateway_time: float
    skew: float = 0.0


@dataclass(frozen=True, slots=True)
class Disconnected:
    """There is no tunnel, for this reason; the next attempt is in `retry_in` seconds, or never (None)."""

    reason: Fault
    retry_in: float | None
    address: str = ""


@dataclass(frozen=True, slots=True)
class CertificateRenewed:
    """The connector has a new certificate, good until `expires` (seconds since the epoch)."""

    expires: float


Event = Connected | Disconnected | CertificateRenewed
Report = Callable[[Event], None]


class Dialler:
    """One connection of a tunnel. `session` is what is connected now."""

    def __init__(
        self,
        address: str,
        settings: ConnectorSettings,
        connect: Callable[[str], Awaitable[ConnectorSession]],
        report: Report,
        stopping: asyncio.Event,
        clock: Clock,
    ) -> None:
        """`connect` dials an address; it raises `FaultError`."""
        self._settings = settings
        self._connect = connect
        self._report = report
        self._stopping = stopping
        self.address = address
        self.session: ConnectorSession | None = None
        self.last: Disconnected | None = None
        """Why there is no connection, since there was none."""
        self._clock = clock
        self.changed = clock()
        """When that was, seconds since the epoch."""

    async def run(self) -> Fault | None:
        """Serve until stopped; returns None then, or the fault that makes redialling pointless."""
        loop = asyncio.get_running_loop()
        settings = self._settings
        backoff = Backoff(settings.backoff_first, settings.backoff_most, random.random)
        while not self._stopping.is_set():
            began = loop.time()
            reason = await self._serve_once()
            if self._stopping.is_set():
                break
            if not reason.kind.retry:
                self._lost(Disconnected(reason, None, self.address))
                return reason
            if loop.time() - began >= settings.steady_time:
                backoff.reset()
            wait = backoff.next()
            self._lost(Disconnected(reason, wait, self.address))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stopping.wait()
        return None

    def _lost(self, event: Disconnected) -> None:
        self.last = event
        self.changed = self._clock()
        self._report(event)

    async def _serve_once(self) -> Fault:
        try:
            session = await self._connect(self.address)
        except FaultError as error:
            return error.fault
        self.session = session
        if self._stopping.is_set():
            session.close()
        try:
            return await session.closed
        finally:
            self.session = None
            session.link.abort()
