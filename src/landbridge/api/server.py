"""HTTP servers inside a running event loop: the process that owns the loop also owns its signals."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from landbridge.api.answers import fault_answer
from landbridge.api.request_frame import new_request_id
from landbridge.faults import FaultError, fault
from landbridge.net.cork import JOIN_LIMIT, Cork


def listening_socket(host: str, port: int, listener: str, option: str) -> socket.socket:
    """A bound socket; a port of 0 takes a free one.

    listener, option  how the fault names this listener, and the option that moves it
    Raises `FaultError`: `platform.port-in-use` or `platform.address-unusable`.
    """
    try:
        # A name means IPv4, as for the gateway's ports; else "localhost" would be another address here than there.
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        address = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)[0][4]
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise bind_fault(error, host, port, listener, option) from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(2048)
    except OSError as error:
        sock.close()
        raise bind_fault(error, host, port, listener, option) from error
    sock.setblocking(False)
    return sock


def bind_fault(error: OSError, host: str, port: int, listener: str, option: str) -> FaultError:
    """The named fault for an error of binding `host`:`port`."""
    if error.errno == errno.EADDRINUSE:
        return FaultError(fault("platform.port-in-use", host=host, port=port, listener=listener, option=option))
    reason = error.strerror or str(error)
    return FaultError(fault("platform.address-unusable", host=host, port=port, listener=listener, reason=reason))


PEER_CERTIFICATE = "landbridge.peer-certificate"
"""ASGI extension with the client certificate (DER) of the connection, where there is one."""


_RENEW_DATE = 0
"""A tick of the server with this number renews the date of its answers."""
_log = logging.getLogger(__name__)

MESSAGE_TIMEOUT = 60.0
"""Seconds in which a request must arrive whole; uvicorn itself would wait for ever."""


class _Joined(Cork):
    """A transport as the server uses it, whose writes of a loop turn leave together: a head with its body."""

    def write(self, data: bytes | memoryview) -> None:
        super().write(data)
        if self._size > JOIN_LIMIT:  # so that a writer who does not pause feels how much it is
            self.flush()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def abort(self) -> None:
        self.drop()
        self._transport.abort()


class _Protocol(HttpToolsProtocol):
    """HTTP whose requests know the client certificate of their connection, and must not take too long to arrive."""

    _extensions: dict[str, bytes] | None = None
    _deadline: asyncio.TimerHandle | None = None

    def __init__(self, message_timeout: float, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._message_timeout = message_timeout

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.transport = _Joined(transport)  # type: ignore[assignment]
        self._begin()
        tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        der = tls.getpeercert(binary_form=True) if tls is not None else None
        self._extensions = {PEER_CERTIFICATE: der} if der else None

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin()
        if self._extensions is not None:
            self.scope["extensions"] = self._extensions  # type: ignore[typeddict-item]

    def on_message_complete(self) -> None:
        self._end()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What cannot be parsed never becomes a request that the application could refuse: it is refused here."""
        refused = fault_answer(fault("platform.request-invalid", reason="it is not valid HTTP/1.1"), new_request_id())
        lines = [b"%b: %b\r\n" % line for line in refused.raw_headers]
        self.transport.write(b"".join((STATUS_LINE[400], *lines, b"connection: close\r\n\r\n", refused.body)))
        self.transport.close()

    def _begin(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self._message_timeout, self.transport.abort)

    def _end(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _Server(uvicorn.Server):
    """A server that leaves signals alone, says when it takes requests, and ends as soon as nothing is open.

    uvicorn looks ten times a second whether it should end, and waits a tenth of a second more before it does.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = asyncio.Event()
        self.ending = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.accepting.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(_RENEW_DATE):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self.ending.wait()
                    self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in self.servers:
            listener.close()
        for bound in sockets or []:
            bound.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                await _emptied(lambda: bool(state.connections or state.tasks))
        except TimeoutError:
            _log.warning("requests did not end in time", extra={"requests": len(state.tasks)})
            for task in state.tasks:
                task.cancel()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _emptied(is_full: Callable[[], bool]) -> None:
    """Wait until it is empty: a moment first, for most of the time that is enough, up to a tenth of a second later."""
    pause = 0.001
    while is_full():
        await asyncio.sleep(pause)
        pause = min(0.1, 2 * pause)


class HttpServer:
    """One listener of the API. `start` returns when requests are taken, `stop` when the open ones are done."""

    def __init__(
        self,
        app: ASGIApp,
        sock: socket.socket,
        tls: ssl.SSLContext | None = None,
        grace: float = 3.0,
        message_timeout: float = MESSAGE_TIMEOUT,
    ) -> None:
        config = uvicorn.Config(
            app,
            http=partial(_Protocol, message_timeout),  # type: ignore[arg-type]
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # nobody stands in front of us whose word we would take
            server_header=False,
            timeout_keep_alive=65,
            timeout_graceful_shutdown=max(1, round(grace)),
            ssl_context_factory=(lambda _config, _default: tls) if tls is not None else None,
        )
        self._server = _Server(config)
        self._socket = sock
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    async def start(self) -> None:
        self._serving = asyncio.create_task(self._server.serve([self._socket]), name=f"http:{self.port}")
        accepting = asyncio.create_task(self._server.accepting.wait())
        await asyncio.wait({self._serving, accepting}, return_when=asyncio.FIRST_COMPLETED)
        accepting.cancel()
        if self._serving.done():
            self._serving.result()  # it ended before it began: the reason comes out here

    async def stop(self) -> None:
        """Finish what runs, within the grace, and close. Stopping twice, or before starting, does nothing more."""
        if self._serving is None:
            self._socket.close()
            return
        self._server.ending.set()
        await self._serving
