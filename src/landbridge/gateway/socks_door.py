"""The SOCKS5 door (port 20004): one object for each client connection (connectivity-proxy §7)."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, cast

from landbridge.faults import Fault, FaultError, fault
from landbridge.gateway.door import ClientConnection, Door
from landbridge.gateway.stall import Stall
from landbridge.injection.row import Call
from landbridge.net.cork import Cork
from landbridge.net.reset import abort_with_reset
from landbridge.relay.inward import InwardRelay, RelayClient
from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.messages import Open, Opened
from landbridge.wire.socks5 import (
    METHOD_CHOSEN,
    NO_METHOD,
    OPEN_CHOSEN,
    OPEN_METHOD,
    SUCCEEDED,
    TOKEN_ACCEPTED,
    TOKEN_METHOD,
    TOKEN_REFUSED,
    ConnectAsked,
    Event,
    Greeted,
    RequestRefused,
    Socks5Handshake,
    TokenOffered,
    reply,
)

if TYPE_CHECKING:
    from landbridge.gateway.session import TunnelSession

_log = logging.getLogger(__name__)


class SocksConnection(ClientConnection):
    """A handshake, then raw bytes."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._cork: Cork | None = None
        self._id = door.next_id()
        self._request_id = self._id
        self._begun = 0.0
        self._awaits_first_byte = False
        self._peer = ""
        self._tenant = ""
        self._location = ""
        self._handshake: Socks5Handshake | None = Socks5Handshake()
        self._relay: InwardRelay | None = None
        self._session: TunnelSession | None = None
        self._client_ended = False
        self._client_spoke = False
        self._backend_ended = False
        self._reading_paused = False
        self._deadline = 0.0
        self._stall = Stall()
        self._held: list[bytes | memoryview] | None = None
        self._holding: asyncio.TimerHandle | None = None
        self.paused = False

    # ------------------------------------------------------------------ transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own classes do not derive from it
        self._cork = Cork(self._transport)
        self._door.connections.add(self)
        self._door.counters.connections += 1
        peer = transport.get_extra_info("peername")
        self._peer = f"{peer[0]}:{peer[1]}" if peer else ""
        seconds = self._door.settings.head_timeout
        self._deadline = self._loop.time() + seconds if seconds else 0.0

    def data_received(self, data: bytes) -> None:
        self._door.counters.bytes_in += len(data)
        if self._relay is not None:
            self._client_spoke = True
            if self._held is not None:
                self._release()
            self._send(data)
        elif self._handshake is not None:
            self._handshake.feed(data)
            try:
                self._shake_hands(self._handshake)
            except RemoteProtocolError as error:
                self._note(fault("socks.not-socks", reason=str(error)))
                self._close()

    def eof_received(self) -> bool:
        """TCP keeps its half-close: the backend may still answer."""
        self._client_ended = True
        self._release()
        if self._relay is None:
            return False
        self._relay.end()
        return not self._backend_ended

    def connection_lost(self, exc: Exception | None) -> None:
        self._door.connections.discard(self)
        if self._cork is not None:
            self._cork.drop()
        self._transport = self._cork = self._held = None
        if self._holding is not None:
            self._holding.cancel()
        if self._relay is not None:
            self._relay.abandon()
            self._relay = None
        if self._session is not None:
            self._session.departed(self._id)

    def pause_writing(self) -> None:
        self.paused = True
        self._stall.begin(self._loop.time())

    def resume_writing(self) -> None:
        self.paused = False
        self._stall.end()
        if self._relay is not None:
            self._relay.written_onward()

    @property
    def busy(self) -> bool:
        return self._relay is not None

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def sweep(self, now: float) -> None:
        """Look at the deadlines: handshakes that do not end, clients that take nothing."""
        if self._stall.lasts(self._transport, now, self._door.settings.write_timeout):
            self.cut(None)
        elif self._deadline and now > self._deadline:
            self._deadline = 0.0
            if self._handshake is not None:
                self._note(fault("socks.request-timeout", seconds=f"{self._door.settings.head_timeout:g}"))
            self._close()

    # ------------------------------------------------------------------ handshake

    def _shake_hands(self, handshake: Socks5Handshake) -> None:
        while (event := handshake.next_event()) is not None:
            try:
                self._on_event(handshake, event)
            except FaultError as error:
                self.refused(error.fault)
                return

    def _on_event(self, handshake: Socks5Handshake, event: Event) -> None:
        match event:
            case Greeted(methods):
                self._on_greeting(handshake, methods)
            case TokenOffered(token, location):
                self._on_token(handshake, token, location)
            case ConnectAsked(host, port):
                self._on_connect(handshake, host, port)
            case RequestRefused(7, reason):
                raise FaultError(fault("socks.command-unsupported", what=reason))
            case RequestRefused(8, reason):
                raise FaultError(fault("socks.address-unsupported", what=reason))
            case RequestRefused(_, reason):
                raise FaultError(fault("socks.target-invalid", what=reason))

    def _on_greeting(self, handshake: Socks5Handshake, methods: bytes) -> None:
        if TOKEN_METHOD in methods:
            handshake.accept()
            self.write(METHOD_CHOSEN)
            return
        mode = self._door.admission.mode
        if mode.needs_no_token and OPEN_METHOD in methods:
            self._tenant = mode.tenant
            handshake.accept_without_token()
            self.write(OPEN_CHOSEN)
            return
        offered = " ".join(f"0x{method:02x}" for method in methods) or "none"
        self._note(fault("socks.token-method-missing", methods=offered))
        self.write(NO_METHOD)
        self._close()

    def _on_token(self, handshake: Socks5Handshake, token: str, location: str) -> None:
        try:
            self._tenant = self._door.admission.tenant_of(token)
        except FaultError as error:
            self._note(error.fault)
            self.write(TOKEN_REFUSED)
            self._close()
            return
        self._location = location
        handshake.accept()
        self.write(TOKEN_ACCEPTED)

    def _on_connect(self, handshake: Socks5Handshake, host: str, port: int) -> None:
        door = self._door
        door.counters.requests += 1
        door.tenants.of(self._tenant).requests += 1
        self._request_id = door.next_id()
        _log.debug(
            "connecting", extra={"request": self._request_id, "tenant": self._tenant, "system": f"{host}:{port}"}
        )
        self._begun = self._loop.time()
        if door.draining:
            raise FaultError(fault("tunnel.draining"))
        client: RelayClient = self
        if door.meddler is not None:
            call = Call(subaccount=self._tenant, location=self._location, system=f"{host}:{port}")
            client = door.meddler.stream(self, call, self._request_id)
        session = door.tunnels.find(self._tenant, self._location)
        relay = InwardRelay(client, session)
        opening = Open("tcp", host, port, self._id, self._request_id)
        relay.begin(opening, door.settings.open_timeout, self._begun)
        self._session, self._relay = session, relay
        self._handshake = None
        self._deadline = 0.0
        if early := handshake.rest():
            self._client_spoke = True
            self._send(early)

    # ------------------------------------------------------------------ the relay's client

    def write(self, data: bytes | memoryview) -> None:
        if self._awaits_first_byte:
            self._awaits_first_byte = False
            self._door.latencies.first_byte.observe(self._loop.time() - self._begun)
        if self._held is not None:
            self._held.append(data)
        elif self._cork is not None:
            self._door.counters.bytes_out += len(data)
            self._cork.write(data)

    def connected(self, opened: Opened) -> None:
        latencies = self._door.latencies
        latencies.open.observe(self._loop.time() - self._begun)
        latencies.connect.observe(opened.connect_ms / 1000)
        self.write(reply(SUCCEEDED))
        self._awaits_first_byte = True
        self._hold()

    def _hold(self) -> None:
        """Let the client read the reply before the server's first bytes, unless it speaks first.

        Some clients lose bytes that they read together with the reply. Meanwhile the tunnel's credit is kept, so that
        little can be held.
        """
        seconds = self._door.settings.socks_first_bytes_delay
        if seconds and not self._client_spoke:
            self.paused, self._held = True, []
            self._holding = self._loop.call_later(seconds, self._release)

    def _release(self) -> None:
        """The client is past the reply."""
        held, self._held = self._held, None
        if held is None or self._holding is None:
            return
        self._holding.cancel()
        self.paused = False
        for data in held:
            self.write(data)
        if self._relay is not None:
            self._relay.written_onward()

    def ended(self) -> None:
        self._release()
        self._backend_ended = True
        self._door.counters.answers += 1
        self._door.latencies.whole.observe(self._loop.time() - self._begun)
        if self._cork is None:
            return
        if self._client_ended:
            self._cork.close()
        else:
            self._cork.write_eof()

    def refused(self, reason: Fault) -> None:
        """The whole reply, then the end: clients wait for all of it (client-behaviour, SOCKS5)."""
        self._relay = None
        self._note(reason)
        self.write(reply(reason.kind.socks))
        self._close()

    def cut(self, reason: Fault | None) -> None:
        self._door.counters.cut += 1
        if reason is not None:
            self._note(reason)
        if self._transport is not None:
            abort_with_reset(self._transport)

    def room(self) -> None:
        if self._transport is not None and self._reading_paused:
            self._reading_paused = False
            self._transport.resume_reading()

    def _send(self, data: bytes) -> None:
        if self._relay is not None and not self._relay.send(data) and self._transport is not None:
            self._reading_paused = True
            self._transport.pause_reading()

    def _close(self) -> None:
        self._handshake = None
        if self._cork is not None:
            self._cork.close()

    def _note(self, reason: Fault) -> None:
        self._door.note(reason, request_id=self._request_id, tenant=self._tenant, peer=self._peer)
