"""One tunnel connection, seen from the connector: hello, control messages, streams to serve."""

from __future__ import annotations

import asyncio
import getpass
import logging
import os
import platform
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from landbridge.connector.access import AccessTable
from landbridge.connector.answering import Answering
from landbridge.connector.dial_backend import connect_backend
from landbridge.connector.look import Looker
from landbridge.connector.policy import Policy
from landbridge.connector.pool import BackendPool
from landbridge.connector.propagation.trust_list import TrustList
from landbridge.connector.security import security_status
from landbridge.connector.serve import ServedStream
from landbridge.connector.settings import AGENT_VERSION, ConnectorSettings
from landbridge.faults import Fault, FaultError, fault, from_wire
from landbridge.model.clock import Clock
from landbridge.model.landscape import ProbeScope
from landbridge.model.propagation import TrustEntry
from landbridge.net.clock import system_clock
from landbridge.net.link import Link
from landbridge.relay.opening import Opening
from landbridge.relay.outward import OutwardRelay
from landbridge.wire.dispatch import StreamOwner, dispatch
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
WELCOME_TIMEOUT = 15.0
"""Seconds for the gateway to take the tunnel; it may fetch keys of trusted issuers first."""
EXPOSED_AT_ONCE = 80
"""Systems in one message: each takes at most some 500 bytes, and messages are limited to 64 KiB."""
_SPARE_STREAMS = 64
"""Streams above the limit that are still refused by name before the protocol resets them."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Introduction:
    """What the connector says about itself in Hello. `started` is in seconds since the epoch."""

    connector_id: str
    run_id: str
    location_id: str
    description: str
    started: float = 0.0


class StreamServer(StreamOwner, Protocol):
    """An owner of a stream that has deadlines."""

    def sweep(self, now: float) -> None: ...


class ConnectorSession:
    """One TLS connection to one gateway. `closed` is done when it has ended, with the reason."""

    def __init__(
        self,
        introduction: Introduction,
        settings: ConnectorSettings,
        policy: Policy,
        trust_list: TrustList,
        on_welcome: Callable[[ConnectorSession, Welcome], None],
        on_renewed: Callable[[Renewed], None] = lambda answer: None,
        on_refused: Callable[[Open | Probe | None, Fault], None] = lambda asked, reason: None,
        clock: Clock = system_clock,
    ) -> None:
        self.settings = settings
        self.policy = policy
        self.pool = BackendPool()
        self._trust_list = trust_list
        self._trusted: list[TrustEntry] = []
        self.closed: asyncio.Future[Fault] = asyncio.get_running_loop().create_future()
        self.mux = Mux(dialled=True, window=settings.window, stream_limit=settings.stream_limit + _SPARE_STREAMS)
        self.link = Link(self.mux, self, ping_interval=settings.ping_interval, ping_timeout=settings.ping_timeout)
        self._on_welcome = on_welcome
        self._on_renewed = on_renewed
        self._on_refused = on_refused
        self._clock = clock
        self._answering = Answering(self._tell, on_refused)
        self._owners: dict[int, StreamServer] = {}
        self._reader = MessageReader()
        self._ending: Fault | None = None
        self._draining = False
        self.welcomed = 0.0
        """When the gateway took the tunnel, seconds since the epoch; 0 before."""
        self.skew = 0.0
        self.loop = asyncio.get_running_loop()
        self._sweeper = self.loop.call_later(SWEEP_INTERVAL, self._sweep)
        self._welcome_deadline = self.loop.time() + WELCOME_TIMEOUT
        self._control = self.mux.open()
        self._control.owner = self
        self.mux.send(self._control, encode(_hello(introduction, policy.probes, settings.compat_version)))

        self._expose(policy.access)

    def _expose(self, access: AccessTable) -> None:
        """Tell the cloud side what can be reached, in messages that are small enough."""
        systems = [
            {
                "protocol": mapping.protocol.value,
                "host": mapping.virtual,
                "description": mapping.description[:200],
                "type": mapping.backend_type.value,
            }
            for mapping in access.mappings
        ]
        for start in range(0, max(len(systems), 1), EXPOSED_AT_ONCE):
            rest = start + EXPOSED_AT_ONCE
            self.mux.send(self._control, encode(Exposed(systems[start:rest], more=rest < len(systems))))

    # ------------------------------------------------------------------ for served streams

    def send(self, stream: Stream, data: Buffer, *, fin: bool = False) -> bool:
        self.mux.send(stream, data, fin=fin)
        self.link.wake()
        return self.mux.has_room(stream)

    def reset(self, stream: Stream) -> None:
        stream.owner = None
        self.mux.reset(stream)
        self.link.wake()

    def open(self, owner: object, preamble: bytes, *, fin: bool) -> Stream:
        """A stream to a service of the cloud side. Raises `FaultError` when the tunnel is full."""
        if len(self.mux.streams) > self.settings.stream_limit:
            raise FaultError(fault("connector.overloaded", streams=len(self.mux.streams)))
        stream = self.mux.open()
        stream.owner = owner
        self.mux.send(stream, preamble, fin=fin)
        self.link.wake()
        return stream

    def consumed(self, stream: Stream, size: int) -> None:
        self.mux.consumed(stream, size)
        if self.mux.wants_write:
            self.link.wake()

    def forget(self, stream: Stream) -> None:
        stream.owner = None
        self._owners.pop(stream.id, None)

    def refuse(self, stream: Stream, opening: Open | None, reason: Fault) -> None:
        request = opening.request if opening is not None else ""
        fields = {"fault": reason.code, "sentence": reason.sentence, "request": request}
        _log.info("refused", extra=fields | {"internal": reason.inside} if reason.inside else fields)
        self._on_refused(opening, reason)
        status = self.policy.failure_status if reason.kind.status == 401 else 0
        self.send(stream, encode(Refused(reason.code, dict(reason.params), status)), fin=True)
        self.forget(stream)

    def trace(self, request: str, steps: list[dict[str, str]]) -> None:
        self.mux.send(self._control, encode(Traced(request, steps)))
        self.link.wake()

    def _tell(self, message: Probed) -> None:
        if self.closed.done():
            return
        self.mux.send(self._control, encode(message))
        self.link.wake()

    def serve(self, stream: Stream, opening: Open, block: bytes, rest: bytes) -> None:
        """Hand a stream to what serves its kind."""
        if opening.kind == "http":
            served = ServedStream(self, stream, opening)
            self._own(stream, served)
            served.begin(block, rest)
            return
        try:
            mapping = self.policy.access.decide_bare(opening.host, opening.port)
        except FaultError as error:
            self.refuse(stream, opening, error.fault)
            return
        _log.debug("connecting", extra={"request": opening.request, "system": f"{opening.host}:{opening.port}"})
        relay = OutwardRelay(self, stream, opening)
        self._own(stream, relay)
        settings, tls, port = self.settings, self.policy.backend_tls, opening.port
        relay.begin(lambda factory: connect_backend(factory, mapping, port, settings, tls), rest)

    def _own(self, stream: Stream, owner: StreamServer) -> None:
        stream.owner = owner
        self._owners[stream.id] = owner

    @property
    def busy(self) -> int:
        """Streams that are being served."""
        return len(self._owners)

    # ------------------------------------------------------------------ ending it

    def apply(self, policy: Policy) -> None:
        """A new configuration: it counts for streams from now on, and the cloud side learns what is exposed."""
        self.policy = policy
        self._expose(policy.access)
        self.link.wake()

    def renew(self, csr: str) -> None:
        """Ask for a new certificate; the answer comes to `on_renewed`."""
        self.mux.send(self._control, encode(Renew(csr)))
        self.link.wake()

    def drain(self) -> None:
        """Ask the gateway for no more streams; the open ones go on."""
        self._draining = True
        self.mux.send_urgent(self._control, encode(Drain()))
        self.mux.go_away(GoAwayCode.NORMAL)
        self.link.wake()

    def close(self) -> None:
        self.link.close()

    # ------------------------------------------------------------------ events

    def on_events(self, events: Iterable[Event]) -> None:
        dispatch(events, self)

    def on_stream(self, stream: Stream) -> None:
        if self._draining or len(self._owners) >= self.settings.stream_limit:
            limit = fault("connector.overloaded", streams=len(self._owners))
            reason = fault("connector.draining") if self._draining else limit
            self.mux.send(stream, encode(Refused(reason.code, dict(reason.params))), fin=True)
            return
        self._own(stream, Opening(self, stream))

    def on_data(self, data: Buffer) -> None:
        """Control messages of the gateway."""
        self.mux.consumed(self._control, len(data))
        self._reader.feed(data)
        try:
            while (message := self._reader.message()) is not None:
                self._on_message(message)
        except RemoteProtocolError as error:
            self._ending = fault("tunnel.protocol-error", reason=str(error))
            self.link.close()

    def _on_message(self, message: object) -> None:
        match message:
            case Welcome():
                self._welcome_deadline = 0.0
                self._on_welcome(self, message)
            case Trust():
                self._trust(message)
            case Renewed():
                self._on_renewed(message)
            case Departed(conn):
                self.pool.forget(conn)
            case Probe():
                self._answering.begin(message, Looker(self.policy, self._trust_list, self.settings, self._clock))
            case ProbeEnded(name):
                self._answering.end(name)
            case Drain():
                self._ending = fault("tunnel.draining")
            case Farewell(code, params):
                self._ending = from_wire(code, params)
            case _:
                raise RemoteProtocolError(f"unexpected {type(message).__name__} on the control stream")

    def _trust(self, message: Trust) -> None:
        self._trusted += map(_trust_entry, message.issuers)
        if message.more:
            return
        unreadable = self._trust_list.replace(self._trusted)
        self._trusted = []
        for name in unreadable:
            _log.warning("keys of a trusted issuer cannot be read", extra={"issuer": name})

    def on_fin(self) -> None:
        self.link.close()

    def on_reset(self) -> None:
        self.link.close()

    def on_room(self) -> None:
        """The control stream carries too little to wait for room."""

    def on_pong(self, value: int) -> None:
        self.link.ping_answered(value)

    def on_gone_away(self, code: int) -> None:
        if code != GoAwayCode.NORMAL and self._ending is None:
            self._ending = fault("tunnel.protocol-error", reason=f"the gateway went away with code {code}")

    def on_broken(self, error: Exception) -> None:
        reason = str(error) if isinstance(error, RemoteProtocolError) else type(error).__name__
        self._ending = fault("tunnel.protocol-error", reason=reason)
        self.mux.go_away(GoAwayCode.PROTOCOL_ERROR)

    def on_closed(self, silent: bool) -> None:
        self._sweeper.cancel()
        self._answering.close()
        for stream in self.mux.abandon():
            owner, stream.owner = stream.owner, None
            if owner is not None and owner is not self:
                owner.on_reset()
        self.pool.close()
        seconds = f"{self.settings.ping_timeout:g}"
        reason = self._ending or (fault("tunnel.ping-timeout", seconds=seconds) if silent else fault("tunnel.closed"))
        if not self.closed.done():
            self.closed.set_result(reason)

    def _sweep(self) -> None:
        self._sweeper = self.loop.call_later(SWEEP_INTERVAL, self._sweep)
        now = self.loop.time()
        if self._welcome_deadline and now > self._welcome_deadline:
            self._ending = fault("tunnel.protocol-error", reason="no Welcome in time")
            self.link.abort()
            return
        for owner in list(self._owners.values()):
            owner.sweep(now)


def _hello(introduction: Introduction, probes: ProbeScope, compat_version: str) -> Hello:
    return Hello(
        version=TUNNEL_VERSION,
        agent_version=AGENT_VERSION,
        compat_version=compat_version,
        connector=introduction.connector_id,
        run_id=introduction.run_id,
        location=introduction.location_id,
        description=introduction.description,
        started=introduction.started,
        operator=_operator(),
        runtime=f"{sys.version.split()[0]} ({sys.implementation.name})",
        platform=platform.platform(terse=True),
        security=security_status(),
        probes=probes.value,
    )


def _operator() -> str:
    """The account of this machine under which the program runs; nobody else is known to have connected it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an id without a name, in containers
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else ""


def _trust_entry(fields: dict[str, str]) -> TrustEntry:
    return TrustEntry(
        name=fields.get("name", ""),
        issuer=fields.get("issuer", ""),
        jwks=fields.get("jwks", ""),
        enabled=fields.get("enabled") == "true",
        description=fields.get("description", ""),
    )
