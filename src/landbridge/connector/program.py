"""The connector as a program: its gateways, its policy, its certificate."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import ssl
import uuid
from collections import Counter

from landbridge.connector.auditing import ConnectorAudit
from landbridge.connector.channels import ServiceChannels
from landbridge.connector.dial import dial, tunnel_context
from landbridge.connector.dialler import CertificateRenewed, Connected, Dialler, Disconnected, Event, Report
from landbridge.connector.policy import policy_of
from landbridge.connector.propagation.trust_list import TrustList
from landbridge.connector.renewal import Renewal, begin_renewal, expires_at, finish_renewal, is_due
from landbridge.connector.session import ConnectorSession, Introduction
from landbridge.connector.settings import AGENT_VERSION, ConnectorSettings
from landbridge.connector.state.files import ConnectorState
from landbridge.connector.status import ConnectorReport, link_status
from landbridge.connector.troubles import Troubles
from landbridge.faults import Fault, FaultError, Origin, fault, from_wire
from landbridge.model.clock import Clock
from landbridge.model.landscape import ConnectorContent
from landbridge.net.clock import system_clock
from landbridge.observe.audit import Audit, no_audit
from landbridge.wire.messages import Open, Probe, Renewed, Welcome

__all__ = ["CertificateRenewed", "Connected", "Connector", "Disconnected", "Event", "Report"]

_log = logging.getLogger(__name__)


class Connector:
    """One connector of one subaccount. `run` lives as long as the program."""

    def __init__(
        self,
        state: ConnectorState,
        content: ConnectorContent,
        settings: ConnectorSettings,
        report: Report = lambda event: None,
        clock: Clock = system_clock,
        audit: Audit = no_audit,
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
        self._audit = ConnectorAudit(audit, state.subaccount_id)
        self._listener = report
        self._settings = settings
        self._clock = clock
        self._trust_list = TrustList()
        self.policy = policy_of(content, state.folder, self._trust_list, clock)
        self._context: ssl.SSLContext = tunnel_context(state)
        self._introduction = Introduction(
            state.connector_id, uuid.uuid4().hex, content.location_id, content.description or content.name, clock()
        )
        self._refusals: Counter[str] = Counter()
        self._troubles = Troubles()
        self._content = content
        self.channels = ServiceChannels(lambda: next(iter(self.sessions), None))
        self._renewal: Renewal | None = None
        self._stopping = asyncio.Event()
        self._diallers = [
            Dialler(address, settings, self._connect, self._report, self._stopping, clock)
            for address in state.gateways
            for _ in range(settings.connections)
        ]

    async def run(self) -> Fault | None:
        """Serve until `stop`; returns None then, or the fault that makes redialling every gateway pointless.

        Raises `FaultError` (`channel.port-unusable`) when a service channel cannot be opened.
        """
        self._audit.started(self._content)
        await self.channels.apply(self._content.service_channels)
        try:
            reasons = await asyncio.gather(*(dialler.run() for dialler in self._diallers))
        finally:
            self.channels.close()
            self._audit.stopped()
        return None if self._stopping.is_set() else next((reason for reason in reasons if reason is not None), None)

    @property
    def location_id(self) -> str:
        """Under which location id it is connected."""
        return self._introduction.location_id

    @property
    def sessions(self) -> list[ConnectorSession]:
        """What is connected now."""
        return [dialler.session for dialler in self._diallers if dialler.session is not None]

    async def _connect(self, address: str) -> ConnectorSession:
        def on_welcome(session: ConnectorSession, welcome: Welcome) -> None:
            session.welcomed = self._clock()
            session.skew = welcome.time - session.welcomed
            self._report(Connected(address, welcome.time, session.skew))
            self._renew(session)

        def new_session() -> ConnectorSession:
            return ConnectorSession(
                self._introduction,
                self._settings,
                self.policy,
                self._trust_list,
                on_welcome,
                self._on_renewed,
                self._on_refused,
                self._clock,
            )

        return await dial(address, self._context, self._state, self._settings, new_session)

    def _on_refused(self, asked: Open | Probe | None, reason: Fault) -> None:
        self._refusals[reason.code] += 1
        if isinstance(asked, Open) and reason.kind.origin is Origin.BACKEND:
            self._troubles.note(asked, reason, self._clock())
        if isinstance(asked, Probe):
            self._audit.not_probed(asked, reason)
        else:
            self._audit.denied(asked, reason)

    def status(self) -> ConnectorReport:
        """What there is to say about this connector now."""
        return ConnectorReport(
            connector_id=self._state.connector_id,
            subaccount_id=self._state.subaccount_id,
            location_id=self._introduction.location_id,
            name=self._content.name,
            agent_version=AGENT_VERSION,
            compat_version=self._settings.compat_version,
            pid=os.getpid(),
            started=self._introduction.started,
            updated=self._clock(),
            certificate_expires=expires_at(self._state),
            trusted_issuers=len(self._trust_list),
            systems=tuple(mapping.virtual for mapping in self._content.mappings),
            links=tuple(map(link_status, self._diallers)),
            refusals=dict(self._refusals),
            troubles=self._troubles.listed(),
        )

    def _report(self, event: Event) -> None:
        self._audit.event(event)
        self._listener(event)

    def _renew(self, session: ConnectorSession) -> None:
        """Ask for a new certificate when the old one nears its end; every new connection looks."""
        if self._renewal is None and is_due(self._state, self._clock(), self._settings.renew_before):
            self._renewal = begin_renewal()
            session.renew(self._renewal.csr)

    def _on_renewed(self, answer: Renewed) -> None:
        """Later connections use the new certificate; the present ones go on with the old."""
        renewal, self._renewal = self._renewal, None
        if renewal is None:
            return
        if not answer.certificate:
            _log.warning("certificate not renewed: %s", from_wire(answer.code, answer.params).sentence)
            return
        try:
            self._state = finish_renewal(self._state, renewal, answer.certificate)
            self._context = tunnel_context(self._state)
        except FaultError as error:
            _log.error("certificate not renewed: %s", error.fault.sentence, extra={"fault": error.fault.code})
            return
        self._report(CertificateRenewed(expires_at(self._state)))

    async def reconfigure(self, content: ConnectorContent) -> None:
        """Apply a changed configuration; streams that are under way go on with the old one.

        Raises `FaultError`; then nothing has changed. Another location id needs another connector.
        """
        self.policy = policy_of(content, self._state.folder, self._trust_list, self._clock)
        for session in self.sessions:
            session.apply(self.policy)
        self._audit.configured(self._content, content)
        self._content = content
        await self.channels.apply(content.service_channels)

    async def stop(self, grace: float = 0.0) -> None:
        """Take no more streams, give the open ones `grace` seconds, then end."""
        self._stopping.set()
        sessions = self.sessions
        for session in sessions:
            session.drain()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                while any(session.busy for session in self.sessions):  # noqa: ASYNC110 - once, at the end
                    await asyncio.sleep(0.05)
        for session in sessions:
            session.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await asyncio.gather(*(asyncio.shield(session.closed) for session in sessions))

    def abort(self) -> None:
        """Cut the tunnels at once, as a crash would."""
        for session in self.sessions:
            session.link.abort()
