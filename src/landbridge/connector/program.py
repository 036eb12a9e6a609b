"""The connector as a program: dial, serve, redial, until told to stop or until trying again is pointless."""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from landbridge.connector.backoff import Backoff
from landbridge.connector.dial import dial, tunnel_context
from landbridge.connector.policy import policy_of
from landbridge.connector.propagation.trust_list import TrustList
from landbridge.connector.session import ConnectorSession, Introduction
from landbridge.connector.settings import ConnectorSettings
from landbridge.connector.state.files import ConnectorState
from landbridge.faults import Fault, FaultError, fault
from landbridge.model.clock import Clock
from landbridge.model.landscape import ConnectorContent
from landbridge.net.clock import system_clock
from landbridge.wire.messages import Welcome


@dataclass(frozen=True, slots=True)
class Connected:
    """The gateway has taken the tunnel. `gateway_time` is its clock, seconds since the epoch."""

    address: str
    gateway_time: float


@dataclass(frozen=True, slots=True)
class Disconnected:
    """There is no tunnel, for this reason; the next attempt is in `retry_in` seconds, or never (None)."""

    reason: Fault
    retry_in: float | None


Report = Callable[[Connected | Disconnected], None]


class Connector:
    """One connector of one subaccount. `run` lives as long as the program."""

    def __init__(
        self,
        state: ConnectorState,
        content: ConnectorContent,
        settings: ConnectorSettings,
        report: Report = lambda event: None,
        clock: Clock = system_clock,
    ) -> None:
        """Raises `FaultError` when landscape and enrolment disagree, or a file cannot be used."""
        if content.subaccount_id != state.subaccount_id:
            raise FaultError(
                fault(
                    "connector.other-subaccount",
                    name=content.name,
                    wanted=content.subaccount_id,
                    enrolled=state.subaccount_id,
                )
            )
        self._state = state
        self._report = report
        self._settings = settings
        self._clock = clock
        self._trust_list = TrustList()
        self.policy = policy_of(content, state.folder, self._trust_list, clock)
        self._context: ssl.SSLContext = tunnel_context(state)
        self._introduction = Introduction(
            state.connector_id, uuid.uuid4().hex, content.location_id, content.description or content.name
        )
        self._session: ConnectorSession | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> Fault | None:
        """Serve until `stop`; returns None then, or the fault that makes redialling pointless."""
        loop = asyncio.get_running_loop()
        settings = self._settings
        backoff = Backoff(settings.backoff_first, settings.backoff_most, random.random)
        attempt = 0
        while not self._stopping.is_set():
            address = self._state.gateways[attempt % len(self._state.gateways)]
            attempt += 1
            began = loop.time()
            reason = await self._serve_once(address)
            if self._stopping.is_set():
                break
            if not reason.kind.retry:
                self._report(Disconnected(reason, None))
                return reason
            if loop.time() - began >= settings.steady_time:
                backoff.reset()
            wait = backoff.next()
            self._report(Disconnected(reason, wait))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stopping.wait()
        return None

    async def _serve_once(self, address: str) -> Fault:
        def on_welcome(welcome: Welcome) -> None:
            self._report(Connected(address, welcome.time))

        def new_session() -> ConnectorSession:
            return ConnectorSession(self._introduction, self._settings, self.policy, self._trust_list, on_welcome)

        try:
            session = await dial(address, self._context, self._state, self._settings, new_session)
        except FaultError as error:
            return error.fault
        self._session = session
        if self._stopping.is_set():
            session.close()
        try:
            return await session.closed
        finally:
            self._session = None
            session.link.abort()

    def reconfigure(self, content: ConnectorContent) -> None:
        """Apply a changed configuration; streams that are under way go on with the old one.

        Raises `FaultError`; then nothing has changed. Another location id needs another connector.
        """
        self.policy = policy_of(content, self._state.folder, self._trust_list, self._clock)
        if self._session is not None:
            self._session.apply(self.policy)

    async def stop(self, grace: float = 0.0) -> None:
        """Take no more streams, give the open ones `grace` seconds, then end."""
        self._stopping.set()
        session = self._session
        if session is None:
            return
        session.drain()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                while session.busy and not session.closed.done():  # noqa: ASYNC110 - once, at the end of the program
                    await asyncio.sleep(0.05)
        session.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await asyncio.shield(session.closed)

    def abort(self) -> None:
        """Cut the tunnel at once, as a crash would."""
        if self._session is not None:
            self._session.link.abort()
