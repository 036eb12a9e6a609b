"""One tunnel connection, seen from the gateway: its control stream, its streams, its end."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from landbridge.faults import Fault, FaultError, fault, from_wire
from landbridge.gateway.questions import Questions
from landbridge.gateway.services import ServiceDirectory, serve_channel
from landbridge.model.clock import Clock
from landbridge.model.enrolment import Enrolled
from landbridge.model.propagation import TrustEntry
from landbridge.net.link import Link
from landbridge.relay.opening import Opening
from landbridge.relay.outward import OutwardRelay
from landbridge.settings import TunnelSettings
from landbridge.wire.budget import Budget
from landbridge.wire.dispatch import dispatch
from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.events import Event
from landbridge.wire.frames import GoAwayCode
from landbridge.wire.messages import (
    TUNNEL_VERSION,
    Departed,
    Drain,
    Exposed,
    Farewell,
    Hello,
    MessageReader,
    Open,
    Probe,
    Probed,
    ProbeEnded,
    Refused,
    Renew,
    Renewed,
    Traced,
    Trust,
    Welcome,
    encode,
)
from landbridge.wire.mux import Mux
from landbridge.wire.stream import Buffer, Stream

SWEEP_INTERVAL = 0.25
"""Seconds between looks at the deadlines; a timer per request would cost more than it is worth."""
HELLO_TIMEOUT = 10.0
CLOSE_TIMEOUT = 1.0
"""Seconds that a connector gets to take its farewell and close its side."""
IDS_RESERVE = 1000
SERVICE_STREAMS = 1000
"""Streams that a connector may have open to services, among all of its streams."""
TRUST_ROOM = 48_000
"""Bytes of a trust list in one message; messages are limited to 64 KiB."""
DOUBTFUL = 2.0
"""Seconds without an answer to a ping after which client connections look for another connection of the tunnel."""


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConnectorIdentity:
    """What the client certificate proves."""

    connector_id: str
    subaccount_id: str
    serial: int
    address: str


class SessionRegistry(Protocol):
    """Where sessions report (gateway/registry.py)."""

    def join(self, session: TunnelSession, hello: Hello) -> None:
        """The connector introduced itself. Raises `FaultError` when it may not stay."""

    def leave(self, session: TunnelSession, reason: Fault) -> None:
        """The connection is gone."""

    def traced(self, session: TunnelSession, request: str, steps: list[dict[str, str]]) -> None:
        """The connector reports an identity trace."""


class TrustSource(Protocol):
    """Who knows the issuers that a subaccount trusts (cloud-connector §3.6)."""

    @property
    def epoch(self) -> int:
        """Rises when any list may have changed."""

    async def trusted_issuers(self, subaccount_id: str) -> Sequence[TrustEntry]: ...


class CertificateSource(Protocol):
    """Who renews certificates of connectors; `identity.enrolment.Enrolment` does."""

    async def renew(self, connector_id: str, serial: int, csr_pem: str) -> Enrolled:
        """A new certificate for the holder of the old one. Raises `FaultError`."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What sessions ask the cloud side for: whom connectors shall trust, new certificates, addresses of services."""

    trust: TrustSource
    certificates: CertificateSource
    services: ServiceDirectory


class GatewayStream(Protocol):
    """A stream's owner that has deadlines and wants to know about the end of the tunnel."""

    def sweep(self, now: float) -> None: ...
    def on_lost(self, reason: Fault) -> None: ...


class TunnelSession:
    """One TLS connection of one connector."""

    def __init__(
        self,
        identity: ConnectorIdentity,
        registry: SessionRegistry,
        settings: TunnelSettings,
        budget: Budget,
        clock: Clock,
        session_id: str,
        sources: Sources,
    ) -> None:
        self.identity = identity
        self.id = session_id
        self.hello: Hello | None = None
        self.exposed: tuple[dict[str, str], ...] = ()
        self._is_joined = False
        self._exposing: list[dict[str, str]] = []
        self.since = clock()
        self.draining = False
        self.alive = True
        self.mux = Mux(dialled=False, window=settings.window, stream_limit=settings.stream_limit, budget=budget)
        self.link = Link(self.mux, self, ping_interval=settings.ping_interval, ping_timeout=settings.ping_timeout)
        self._registry = registry
        self._settings = settings
        self._clock = clock
        self._sources = sources
        self._questions = Questions(self._tell)
        self._renewed = False
        self._renewing: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._control: Stream | None = None
        self._reader = MessageReader()
        self._ending: Fault | None = None
        self._has_left = False
        self._loop = asyncio.get_running_loop()
        self._hello_deadline = self._loop.time() + HELLO_TIMEOUT
        self._sweeper = self._loop.call_later(SWEEP_INTERVAL, self._sweep)

    # ------------------------------------------------------------------ for exchanges

    def open(self, owner: GatewayStream, preamble: bytes, *, fin: bool) -> Stream:
        """A stream that begins with `preamble`. Raises `FaultError` when the tunnel is full."""
        mux = self.mux
        if len(mux.streams) > self._settings.stream_limit or mux.budget.exhausted:
            raise FaultError(fault("tunnel.overloaded", streams=len(mux.streams)))
        stream = mux.open()
        stream.owner = owner
        mux.send(stream, preamble, fin=fin)
        self.link.wake()
        return stream

    def send(self, stream: Stream, data: Buffer, *, fin: bool = False) -> bool:
        """Send on; False when the source should wait for `on_room`."""
        self.mux.send(stream, data, fin=fin)
        self.link.wake()
        return self.mux.has_room(stream)

    def reset(self, stream: Stream) -> None:
        stream.owner = None
        self.mux.reset(stream)
        self.link.wake()

    def consumed(self, stream: Stream, size: int) -> None:
        self.mux.consumed(stream, size)
        if self.mux.wants_write:
            self.link.wake()

    def departed(self, conn: str) -> None:
        """A client connection is gone, and with it the backend connections that stick to it."""
        if self.alive and self._control is not None:
            self.mux.send(self._control, encode(Departed(conn)))
            self.link.wake()

    def _tell(self, message: Probe | ProbeEnded) -> None:
        if self.alive and self._control is not None:
            self.mux.send(self._control, encode(message))
            self.link.wake()

    async def look(
        self, kind: str, host: str, port: int, path: str, seconds: float, patience: float, inquiry: str = ""
    ) -> str:
        """What the connector sees of one of its mappings: evidence as JSON text (gateway/questions.py).

        Raises `FaultError`, that of the connector among others.
        """
        hello = self.hello
        if hello is None or not hello.probes:
            version = hello.agent_version if hello is not None else "unknown"
            raise FaultError(fault("connector.probes-unknown", version=version))
        if hello.probes != "mapped":
            raise FaultError(fault("connector.probes-off"))
        return await self._questions.ask(kind, host, port, path, seconds, patience, inquiry)

    @property
    def usable(self) -> bool:
        """Whether the requests of a client connection may stay here."""
        return self.alive and not self.draining and self.has_ids and self.link.unanswered < DOUBTFUL

    @property
    def has_ids(self) -> bool:
        return self.mux.ids_left > IDS_RESERVE

    # ------------------------------------------------------------------ ending it

    async def publish_trust(self) -> None:
        """Tell the connector whom its subaccount trusts."""
        entries = await self._sources.trust.trusted_issuers(self.identity.subaccount_id)
        if self.alive and self._control is not None:
            for message in _trust_messages([_entry(entry) for entry in entries]):
                self.mux.send(self._control, encode(message))
            self.link.wake()

    def drain(self) -> None:
        """Ask the connector for no more; open streams go on."""
        self.draining = True
        if self._control is not None and self.alive:
            self.mux.send_urgent(self._control, encode(Drain()))
            self.mux.go_away(GoAwayCode.NORMAL)
            self.link.wake()

    def end(self, reason: Fault) -> None:
        """Say why, then close. From now on no request finds this tunnel, however long the peer takes to go."""
        self._ending = reason
        self.draining = True
        self._leave(reason)
        if self._control is not None and self.alive:
            self.mux.send_urgent(self._control, encode(Farewell(reason.code, dict(reason.params))))
            self.mux.go_away(GoAwayCode.NORMAL)
        self.link.wake()
        self._loop.call_soon(self._loop.call_soon, self.link.close)
        self._loop.call_later(CLOSE_TIMEOUT, self.link.abort)

    def _leave(self, reason: Fault) -> None:
        if not self._has_left:
            self._has_left = True
            self._registry.leave(self, reason)

    # ------------------------------------------------------------------ events

    def on_events(self, events: Iterable[Event]) -> None:
        dispatch(events, self)

    def on_stream(self, stream: Stream) -> None:
        """The first stream of the connector is the control stream; all others are for services."""
        if self._control is None:
            self._control = stream
            stream.owner = self
        elif self._is_joined and len(self.mux.streams) < SERVICE_STREAMS:
            stream.owner = Opening(self, stream, self._loop.time() + HELLO_TIMEOUT)
        else:
            self.mux.reset(stream)

    def serve(self, stream: Stream, opening: Open, block: bytes, rest: bytes) -> None:
        """Connect a stream of the connector to the service it asks for."""
        relay = serve_channel(self, self._sources.services, stream, opening, rest)
        if relay is not None:
            stream.owner = relay

    def refuse(self, stream: Stream, opening: Open | None, reason: Fault) -> None:
        self.send(stream, encode(Refused(reason.code, dict(reason.params))), fin=True)
        self.forget(stream)

    def forget(self, stream: Stream) -> None:
        stream.owner = None

    def on_data(self, data: Buffer) -> None:
        assert self._control is not None
        self.mux.consumed(self._control, len(data))
        self._reader.feed(data)
        try:
            while (message := self._reader.message()) is not None:
                self._on_message(message)
        except RemoteProtocolError as error:
            self.end(fault("tunnel.protocol-error", reason=str(error)))

    def _on_message(self, message: object) -> None:
        match message:
            case Hello() if self.hello is None:
                self._on_hello(message)
            case Drain():
                self.draining = True
            case Renew(csr):
                self._renewing = self._loop.create_task(self._renew(csr))
            case Exposed(systems, more):
                self._exposing += systems
                if not more:
                    self.exposed, self._exposing = tuple(self._exposing), []
            case Traced(request, steps):
                self._registry.traced(self, request, steps)
            case Probed():
                self._questions.answered(message)
            case Farewell(code, params):
                self._ending = from_wire(code, params)
            case _:
                raise RemoteProtocolError(f"unexpected {type(message).__name__} on the control stream")

    def _on_hello(self, hello: Hello) -> None:
        if hello.version != TUNNEL_VERSION:
            self.end(fault("tunnel.version-unsupported", offered=hello.version, supported=TUNNEL_VERSION))
            return
        self.hello = hello
        self.exposed = tuple(hello.exposed)
        self._task = self._loop.create_task(self._admit(hello))

    async def _renew(self, csr: str) -> None:
        """A certificate for the connector that proved itself with the old one; once for each connection."""
        if self._renewed:
            return
        self._renewed = True
        try:
            enrolled = await self._sources.certificates.renew(self.identity.connector_id, self.identity.serial, csr)
            answer = Renewed(enrolled.certificate_pem, enrolled.ca_pem)
        except FaultError as error:
            answer = Renewed(code=error.fault.code, params=dict(error.fault.params))
        if self.alive and self._control is not None:
            self.mux.send(self._control, encode(answer))
            self.link.wake()

    async def _admit(self, hello: Hello) -> None:
        """The trust list goes first: no request may meet a connector that does not know whom to trust."""
        try:
            await self.publish_trust()
            if not self.alive or self._has_left:
                return
            self._registry.join(self, hello)
            self._is_joined = True
        except FaultError as error:
            self.hello = None
            self.end(error.fault)
            return
        settings = self._settings
        welcome = Welcome(self.id, self._clock(), settings.ping_interval, settings.ping_timeout)
        assert self._control is not None
        self.mux.send_urgent(self._control, encode(welcome))
        self.link.wake()

    def on_fin(self) -> None:
        self.link.close()

    def on_reset(self) -> None:
        self.link.close()

    def on_room(self) -> None:
        """The control stream carries too little to wait for room."""

    def on_pong(self, value: int) -> None:
        self.link.ping_answered(value)

    def on_gone_away(self, code: int) -> None:
        self.draining = True

    def on_broken(self, error: Exception) -> None:
        reason = str(error) if isinstance(error, RemoteProtocolError) else type(error).__name__
        self._ending = fault("tunnel.protocol-error", reason=reason)
        self.mux.go_away(GoAwayCode.PROTOCOL_ERROR)

    def on_closed(self, silent: bool) -> None:
        self.alive = False
        self._sweeper.cancel()
        for task in (self._task, self._renewing):
            if task is not None:
                task.cancel()
        silence = self._settings.ping_timeout
        reason = self._ending or (
            fault("tunnel.ping-timeout", seconds=f"{silence:g}") if silent else fault("tunnel.closed")
        )
        self._leave(reason)
        self._questions.end(reason)
        for stream in self.mux.abandon():
            owner, stream.owner = stream.owner, None
            if isinstance(owner, OutwardRelay | Opening):
                owner.on_reset()
            elif owner is not None and owner is not self:
                owner.on_lost(reason)

    def _sweep(self) -> None:
        self._sweeper = self._loop.call_later(SWEEP_INTERVAL, self._sweep)
        now = self._loop.time()
        if self.hello is None and now > self._hello_deadline:
            self.end(fault("tunnel.protocol-error", reason="no Hello in time"))
            return
        control = self._control
        for stream in list(self.mux.streams.values()):
            if stream.owner is not None and stream is not control:
                stream.owner.sweep(now)


def _trust_messages(entries: list[dict[str, str]]) -> list[Trust]:
    """The list in messages that are small enough; an entry that fits into none is left out, and the log says so."""
    batches: list[list[dict[str, str]]] = [[]]
    room = TRUST_ROOM
    for entry in entries:
        size = len(json.dumps(entry))
        if size > TRUST_ROOM:
            _log.warning("the keys of a trusted issuer are too large for connectors", extra={"issuer": entry["issuer"]})
            continue
        if size > room:
            batches.append([])
            room = TRUST_ROOM
        batches[-1].append(entry)
        room -= size
    return [Trust(batch, more=number < len(batches) - 1) for number, batch in enumerate(batches)]


def _entry(entry: TrustEntry) -> dict[str, str]:
    return {
        "name": entry.name,
        "issuer": entry.issuer,
        "jwks": entry.jwks,
        "enabled": "true" if entry.enabled else "false",
        "description": entry.description,
    }
