"""The gateway as one object: door, listener and registry, wired together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

from landbridge.faults import Fault, FaultError, fault
from landbridge.gateway.admission import Admission, is_connectivity_client
from landbridge.gateway.auditing import GatewayAudit
from landbridge.gateway.door import Door
from landbridge.gateway.figures import figures
from landbridge.gateway.http_door import HttpConnection
from landbridge.gateway.injected import Meddler
from landbridge.gateway.listener import Certificates, ListenerConnection
from landbridge.gateway.mode import modes_of
from landbridge.gateway.regions import Regions
from landbridge.gateway.registry import ConnectorStatus, LastFault, TunnelRegistry
from landbridge.gateway.services import ServiceDirectory, ServiceSource
from landbridge.gateway.session import ConnectorIdentity, Sources, TrustSource, TunnelSession
from landbridge.gateway.socks_door import SocksConnection
from landbridge.gateway.tenants import Tenants
from landbridge.gateway.traces import TraceBook
from landbridge.gateway.watching import Traffic, watched
from landbridge.identity.verify import TokenVerifier
from landbridge.injection.book import Injections
from landbridge.model.clock import Clock
from landbridge.model.enrolment import Enrolled
from landbridge.net.accept import TlsAcceptor, TlsIdentity, client_asking_context
from landbridge.net.link import Pulse
from landbridge.observe.audit import Audit, no_audit
from landbridge.observe.metrics import HistogramSample, Sample
from landbridge.settings import Settings
from landbridge.wire.budget import Budget

DRAIN_POLL = 0.05
TRUST_POLL = 1.0
"""Seconds between looks whether trust lists have changed."""
TRUST_INTERVAL = 600.0
"""Seconds after which trust lists are sent again in any case (cloud-connector §3.6)."""

LOOK_STEPS = 5
"""Measurements that follow each other when a connector looks at a mapping."""
MOST_PATIENCE = 60.0
"""Seconds that a connector has to answer a probe."""

_log = logging.getLogger(__name__)


class Gateway:
    """Start it, ask it who is connected, stop it."""

    def __init__(
        self,
        settings: Settings,
        verifier: TokenVerifier,
        certificates: Certificates,
        trust: TrustSource,
        services: ServiceSource,
        clock: Clock,
        audit: Audit = no_audit,
    ) -> None:
        """Of the settings, those of doors and tunnels count."""
        self._tunnel_settings = settings.tunnel
        self._certificates = certificates
        self._clock = clock
        self._budgets: dict[str, Budget] = {}
        self._listening: set[ListenerConnection] = set()
        self._handshakes_failed = 0
        self._acceptor: TlsAcceptor | None = None
        self._publisher: asyncio.Task[None] | None = None
        self._service_source = services
        self._audit = GatewayAudit(audit)
        self.services = ServiceDirectory(self._audit.stream_refused)
        self._sources = Sources(trust, certificates, self.services)
        self.registry = TunnelRegistry(self._on_change, clock=clock)
        modes, allowed, regions = modes_of(settings), settings.allowed_client, Regions(settings.regions)
        accepts = regions.accepts((lambda client: client == allowed) if allowed else is_connectivity_client)
        http, socks = (Admission(verifier, accepts, mode, regions) for mode in modes)
        self.tenants = Tenants()
        self.door = Door(HttpConnection, settings.door, http, self.registry, self._on_refusal, self.tenants)
        self.socks_door = Door(SocksConnection, settings.door, socks, self.registry, self._on_refusal, self.tenants)
        self._doors = {"http": self.door, "socks": self.socks_door}
        self.door_port = 0
        self.socks_port = 0
        self.tunnel_port = 0

    async def start(
        self, host: str, door_port: int, tunnel_port: int, identity: TlsIdentity, socks_port: int = 0
    ) -> None:
        """Open the ports, tunnel first, then HTTP, then SOCKS (0 takes a free one). Raises `OSError`."""
        acceptor = TlsAcceptor(self._new_connection, client_asking_context(identity), self._on_handshake_failed)
        self.tunnel_port = acceptor.start(host, tunnel_port)
        self._acceptor = acceptor
        await self._refresh_services()
        self._publisher = asyncio.get_running_loop().create_task(self._publish_changes())
        try:
            self.door_port = await self.door.start(host, door_port)
            self.socks_port = await self.socks_door.start(host, socks_port)
        except OSError:
            await self.door.stop()
            await acceptor.stop()
            raise

    async def stop(self, grace: float = 0.0) -> None:
        """Refuse new requests, give the open ones `grace` seconds, close everything."""
        for door in self._doors.values():
            door.draining = True
        for session in self.registry.sessions():
            session.drain()
        try:
            async with asyncio.timeout(grace):
                while self._busy:  # noqa: ASYNC110 - once, at the end of the program
                    await asyncio.sleep(DRAIN_POLL)
        except TimeoutError:
            _log.warning("requests were cut", extra={"requests": self._busy})
        for session in self.registry.sessions():
            session.end(fault("tunnel.draining"))
        if self._publisher is not None:
            self._publisher.cancel()
        for door in self._doors.values():
            await door.stop()
        if self._acceptor is not None:
            await self._acceptor.stop()
        for connection in list(self._listening):
            connection.close()
        await asyncio.sleep(0)

    @property
    def _busy(self) -> int:
        return sum(door.busy for door in self._doors.values())

    # ------------------------------------------------------------------ connectors

    def connectors(self) -> list[ConnectorStatus]:
        return self.registry.connectors()

    def last_fault(self, connector_id: str) -> LastFault | None:
        """What went wrong last with a connector, connected or not."""
        return self.registry.last_fault(connector_id)

    def disconnect(self, connector_id: str, reason: Fault | None = None) -> int:
        """End a connector's tunnels; returns how many connections that were. It redials unless the reason forbids."""
        return self.registry.end(connector_id, reason or fault("tunnel.closed"))

    async def wait_for_connector(self, subaccount_id: str, location_id: str = "") -> None:
        """Return once that connector is connected; put a time-out around it."""
        await self.registry.wait_for(subaccount_id, location_id)

    async def publish_trust(self, subaccount_id: str | None = None) -> None:
        """Tell the connectors (of one subaccount, or of all) whom to trust now: call it after a change."""
        for session in self.registry.sessions():
            if subaccount_id in (None, session.identity.subaccount_id):
                await session.publish_trust()

    async def _publish_changes(self) -> None:
        """Send trust lists again when they may have changed, and now and then: foreign issuers rotate keys too."""
        loop = asyncio.get_running_loop()
        epoch, sent = self._sources.trust.epoch, loop.time()
        while True:
            await asyncio.sleep(TRUST_POLL)
            if self._sources.trust.epoch != epoch or loop.time() - sent > TRUST_INTERVAL:
                epoch, sent = self._sources.trust.epoch, loop.time()
                await self.publish_trust()
                await self._refresh_services()

    async def _refresh_services(self) -> None:
        self.services.replace(await self._service_source.service_mappings())

    def inject(self, injections: Injections) -> None:
        """Let the doors fail as the rows say; while there are none, they only see that there is nobody to ask."""

        def tell(active: bool) -> None:
            meddler = Meddler(injections) if active else None
            for door in self._doors.values():
                door.meddler = meddler

        injections.watch(tell)

    @property
    def traces(self) -> TraceBook:
        """Identity traces of the subaccounts that asked for them."""
        return self.registry.traces

    def samples(self) -> Iterator[Sample | HistogramSample]:
        """The gateway's figures for GET /metrics."""
        return figures(self._doors, self.registry, self.tenants, self._handshakes_failed)

    # ------------------------------------------------------------------ looking through a connector

    async def look(
        self,
        subaccount_id: str,
        location_id: str,
        kind: str,
        host: str,
        port: int,
        path: str,
        seconds: float,
        inquiry: str = "",
    ) -> str:
        """What a connector sees of one of its mappings, as JSON text of evidence; `kind` is http or tcp.

        inquiry  what to ask the backend in its own protocol, as JSON text; empty: nothing

        Raises `FaultError`; a refusal of the connector is put on record.
        """
        session = self.registry.find(subaccount_id, location_id)
        patience = min(MOST_PATIENCE, LOOK_STEPS * seconds)
        try:
            return await session.look(kind, host, port, path, seconds, patience, inquiry)
        except FaultError as error:
            self._audit.probe_refused(session.identity, f"{host}:{port}", error.fault)
            raise

    async def ping(self, subaccount_id: str, location_id: str, seconds: float) -> float | None:
        """Seconds of a round trip to the connector now; None without an answer in time. Raises `FaultError`."""
        session = self.registry.find(subaccount_id, location_id)
        try:
            async with asyncio.timeout(seconds):
                return await session.link.measured()
        except TimeoutError:
            return None

    async def pulses(self, subaccount_id: str, location_id: str, seconds: float) -> list[Pulse]:
        """What comes of a ping on each connection to the connector within that time. Raises `FaultError`."""
        sessions = self.registry.connections(subaccount_id, location_id)
        return await asyncio.gather(*(session.link.pulse(seconds) for session in sessions))

    async def traffic(self, subaccount_id: str, location_id: str, seconds: float) -> Traffic:
        """What goes to the connector for so many seconds from now. Raises `FaultError` when it is not there."""
        self.registry.connections(subaccount_id, location_id)
        return await watched(
            lambda: [one.mux for one in self.registry.sessions() if _leads_to(one, subaccount_id, location_id)], seconds
        )

    # ------------------------------------------------------------------ wiring

    def _new_connection(self) -> ListenerConnection:
        return ListenerConnection(
            self._certificates, self._clock, self.door.next_id, self._open_session, self._listening, self
        )

    def _open_session(self, identity: ConnectorIdentity) -> TunnelSession:
        settings = self._tunnel_settings
        budget = self._budgets.setdefault(identity.subaccount_id, Budget(settings.tenant_budget))
        return TunnelSession(identity, self.registry, settings, budget, self._clock, self.door.next_id(), self._sources)

    def _on_handshake_failed(self, peer: str, reason: str) -> None:
        self._handshakes_failed += 1
        _log.info("tunnel handshake failed", extra={"peer": peer, "reason": reason})
        self._audit.unidentified(peer, reason)

    # ------------------------------------------------------------------ what happens (listener.Watch among others)

    def tunnel_refused(self, identity: ConnectorIdentity | None, peer: str, reason: Fault) -> None:
        if identity is not None:
            self.registry.changed("refused", identity, reason)
        else:
            self._audit.unidentified(peer, str(reason))

    def enrolled(self, peer: str, outcome: Enrolled | Fault) -> None:
        self._audit.enrolled(peer, outcome)

    def _on_refusal(self, reason: Fault, *, request_id: str, tenant: str, peer: str) -> None:
        _log_refusal(reason, request_id=request_id, tenant=tenant, peer=peer)
        self._audit.denied(reason, request_id, tenant, peer)

    def _on_change(self, event: str, identity: ConnectorIdentity, reason: Fault | None) -> None:
        _log_change(event, identity, reason)
        self._audit.tunnel(event, identity, reason)


def _leads_to(session: TunnelSession, subaccount_id: str, location_id: str) -> bool:
    hello = session.hello
    return session.identity.subaccount_id == subaccount_id and hello is not None and hello.location == location_id


def _log_refusal(reason: Fault, *, request_id: str, tenant: str, peer: str) -> None:
    fields = {"fault": reason.code, "sentence": reason.sentence, "request": request_id, "tenant": tenant, "peer": peer}
    _log.info("refused", extra=fields)


def _log_change(event: str, identity: ConnectorIdentity, reason: Fault | None) -> None:
    fields = {
        "connector": identity.connector_id,
        "subaccount": identity.subaccount_id,
        "address": identity.address,
        "fault": reason.code if reason else None,
    }
    _log.info("connector %s", event, extra=fields)
