"""Service channels, the connector's end: local ports that lead to services of the cloud side (cloud-connector §1.7)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from secrets import token_hex
from typing import cast

from landbridge.connector.session import ConnectorSession
from landbridge.faults import Fault, FaultError, fault
from landbridge.model.service_channel import ServiceChannel
from landbridge.net.cork import Cork
from landbridge.net.reset import abort_with_reset
from landbridge.relay.inward import InwardRelay
from landbridge.wire.messages import Open, Opened

OPEN_TIMEOUT = 10.0

_log = logging.getLogger(__name__)

FindSession = Callable[[], ConnectorSession | None]
"""A session to open a stream on, or None when no tunnel is up."""


class ServiceChannels:
    """The listeners of one connector."""

    def __init__(self, find_session: FindSession) -> None:
        self._find_session = find_session
        self._servers: dict[ServiceChannel, asyncio.Server] = {}
        self._clients: dict[ServiceChannel, set[ChannelClient]] = {}

    async def apply(self, channels: Iterable[ServiceChannel]) -> None:
        """Listen for exactly these channels; those that stay are not touched.

        Raises `FaultError` (`channel.port-unusable`); the others are open then.
        """
        wanted = {channel for channel in channels if channel.enabled}
        for channel in set(self._servers) - wanted:
            self._close(channel)
        failure: FaultError | None = None
        for channel in wanted - set(self._servers):
            try:
                await self._listen(channel)
            except FaultError as error:
                failure = failure or error
        if failure is not None:
            raise failure

    def port_of(self, service_id: str) -> int:
        """The local port of a service; for a channel with port 0 the one that was free."""
        server = next(server for channel, server in self._servers.items() if channel.service_id == service_id)
        return int(server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Stop listening, and cut what is connected."""
        for channel in list(self._servers):
            self._close(channel)

    async def _listen(self, channel: ServiceChannel) -> None:
        clients: set[ChannelClient] = set()
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(
                lambda: ChannelClient(channel, self._find_session, clients), channel.host, channel.port
            )
        except OSError as error:
            where = {"host": channel.host, "port": channel.port, "service": channel.service_id}
            reason = error.strerror or "the address cannot be used"
            raise FaultError(fault("channel.port-unusable", reason=reason, **where)) from None
        self._servers[channel] = server
        self._clients[channel] = clients

    def _close(self, channel: ServiceChannel) -> None:
        self._servers.pop(channel).close()
        for client in list(self._clients.pop(channel)):
            client.cut(None)


class ChannelClient(asyncio.Protocol):
    """One local client. There is no handshake: a refusal can only be a reset, and a line in the log."""

    def __init__(self, channel: ServiceChannel, find_session: FindSession, clients: set[ChannelClient]) -> None:
        self._channel = channel
        self._find_session = find_session
        self._clients = clients
        self._transport: asyncio.Transport | None = None
        self._cork: Cork | None = None
        self._relay: InwardRelay | None = None
        self._reading_paused = False
        self._client_ended = False
        self._service_ended = False
        self.paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own classes do not derive from it
        self._cork = Cork(self._transport)
        self._clients.add(self)
        session = self._find_session()
        if session is None:
            self.refused(fault("channel.no-tunnel", service=self._channel.service_id))
            return
        relay = InwardRelay(self, session)
        opening = Open("service", self._channel.service_id, 0, token_hex(4), token_hex(8))
        try:
            relay.begin(opening, OPEN_TIMEOUT, asyncio.get_running_loop().time())
        except FaultError as error:
            self.refused(error.fault)
            return
        self._relay = relay

    def data_received(self, data: bytes) -> None:
        if self._relay is not None and not self._relay.send(data) and self._transport is not None:
            self._reading_paused = True
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        self._client_ended = True
        if self._relay is None:
            return False
        self._relay.end()
        return not self._service_ended

    def connection_lost(self, exc: Exception | None) -> None:
        self._clients.discard(self)
        if self._cork is not None:
            self._cork.drop()
        self._transport = self._cork = None
        if self._relay is not None:
            self._relay.abandon()
            self._relay = None

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False
        if self._relay is not None:
            self._relay.written_onward()

    # ------------------------------------------------------------------ the relay's client

    def write(self, data: bytes | memoryview) -> None:
        if self._cork is not None:
            self._cork.write(data)

    def connected(self, opened: Opened) -> None:
        """Nothing to say: the bytes of the service are the first that the client hears."""

    def ended(self) -> None:
        self._service_ended = True
        if self._cork is None:
            return
        if self._client_ended:
            self._cork.close()
        else:
            self._cork.write_eof()

    def refused(self, reason: Fault) -> None:
        fields = {"fault": reason.code, "service": self._channel.service_id}
        _log.warning("service channel: %s", reason.sentence, extra=fields)
        self._relay = None
        self.cut(None)

    def cut(self, reason: Fault | None) -> None:
        if self._transport is not None:
            abort_with_reset(self._transport)

    def room(self) -> None:
        if self._transport is not None and self._reading_paused:
            self._reading_paused = False
            self._transport.resume_reading()
