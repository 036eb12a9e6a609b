"""One HTTP stream of the tunnel: decide, connect or reuse, send the request, carry the answer back."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Protocol

from landbridge.connector.answer_head import AnswerHead
from landbridge.connector.backend import BackendConnection
from landbridge.connector.dial_backend import connect_backend
from landbridge.connector.policy import Policy
from landbridge.connector.pool import BackendPool
from landbridge.connector.propagation.principal import NOT_IDENTIFIED, Identity
from landbridge.connector.request import BackendRequest, backend_request, check_open
from landbridge.connector.route import Route
from landbridge.connector.settings import ConnectorSettings
from landbridge.connector.trust import asked_for_certificate
from landbridge.faults import Fault, FaultError, Origin, fault
from landbridge.model.principal import NOBODY
from landbridge.wire.errors import RemoteProtocolError
from landbridge.wire.messages import REUSED, Open, Opened, encode
from landbridge.wire.stream import Buffer, Stream

_log = logging.getLogger(__name__)


class Tunnel(Protocol):
    """What a served stream needs of its session."""

    settings: ConnectorSettings
    loop: asyncio.AbstractEventLoop
    policy: Policy
    pool: BackendPool

    def send(self, stream: Stream, data: Buffer, *, fin: bool = False) -> bool: ...
    def reset(self, stream: Stream) -> None: ...
    def consumed(self, stream: Stream, size: int) -> None: ...
    def forget(self, stream: Stream) -> None:
        """The stream needs its owner no more."""

    def trace(self, request: str, steps: list[dict[str, str]]) -> None:
        """Report the identity trace of a request."""

    def refuse(self, stream: Stream, opening: Open | None, reason: Fault) -> None:
        """Answer with a fault; this ends the stream."""


class ServedStream:
    """A request from its Open to the end of its answer."""

    __slots__ = (
        "_answer_begun",
        "_answer_ended",
        "_backend",
        "_connecting",
        "_deadline",
        "_early",
        "_head",
        "_identity",
        "_is_raw",
        "_is_retry",
        "_loop",
        "_opened",
        "_opening",
        "_policy",
        "_received",
        "_request",
        "_request_ended",
        "_response_paused",
        "_route",
        "_stream",
        "_tunnel",
        "_unacknowledged",
        "_upload_stalled",
    )

    def __init__(self, tunnel: Tunnel, stream: Stream, opening: Open) -> None:
        self._tunnel = tunnel
        self._stream = stream
        self._loop = tunnel.loop
        self._opening = opening
        self._policy = tunnel.policy
        self._route: Route | None = None
        self._identity: Identity = NOT_IDENTIFIED
        self._request: BackendRequest | None = None
        self._backend: BackendConnection | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._opened: bytes = b""
        self._early = bytearray()
        self._received = 0
        self._request_ended = False
        self._head = b""
        self._answer_begun = False
        self._answer_ended = False
        self._response_paused = False
        self._is_retry = False
        self._is_raw = False
        self._unacknowledged = 0
        self._upload_stalled = 0.0
        self._deadline = 0.0

    # ------------------------------------------------------------------ from the tunnel

    def begin(self, block: bytes, rest: bytes) -> None:
        """Decide and send; `rest` is the beginning of the body."""
        opening = self._opening
        try:
            check_open(opening, block)
            way = self._policy.access.decide(opening.host, opening.port, opening.target, upgrade=opening.upgrade)
            identity = self._policy.propagator.known(opening, way.mapping)
        except FaultError as error:
            self._refuse(error.fault)
            return
        self._route = way
        if identity is None:
            self._connecting = self._loop.create_task(self._identify(way, block))
        else:
            self._proceed(way, block, identity)
        if rest:
            self.on_data(rest)

    async def _identify(self, way: Route, block: bytes) -> None:
        try:
            identity = await self._policy.propagator.make(self._opening, way.mapping)
        except FaultError as error:
            self._connecting = None
            self._refuse(error.fault)
            return
        self._connecting = None
        self._proceed(way, block, identity)

    def _proceed(self, way: Route, block: bytes, identity: Identity) -> None:
        """Who asks is known: send the request on the connection that is theirs, or on a new one."""
        self._identity = identity
        self._request = backend_request(self._opening, block, way, identity.header_lines)
        backend = self._tunnel.pool.take(self._opening.conn, way, identity.principal)
        if backend is not None:
            self._ask(backend, REUSED)
        else:
            self._connecting = self._loop.create_task(self._connect())

    def on_data(self, data: Buffer) -> None:
        try:
            self._request_body(data, len(data))
        except RemoteProtocolError as error:
            self._refuse(fault("connector.open-invalid", reason=str(error)))

    async def _connect(self) -> None:
        assert self._route is not None
        mapping, opening = self._route.mapping, self._opening
        began = self._loop.time()
        try:
            backend = await connect_backend(
                lambda: BackendConnection(self._tunnel.settings, self._policy.rewriter),
                mapping,
                opening.port,
                self._tunnel.settings,
                self._policy.backend_tls,
            )
        except FaultError as error:
            self._connecting = None
            self._refuse(error.fault)
            return
        self._connecting = None
        if not backend.usable:
            self._refuse(fault("backend.closed", host=opening.host, port=opening.port))
            return
        if self._identity.principal != NOBODY and not asked_for_certificate(backend.tls_object):
            backend.close()
            user = self._identity.principal.name
            self._refuse(fault("principal.not-mutual", user=user, host=opening.host, port=opening.port))
            return
        self._ask(backend, encode(Opened(connect_ms=round((self._loop.time() - began) * 1000, 3))))

    def _ask(self, backend: BackendConnection, opened: bytes) -> None:
        """Send the request. Opened waits for the answer's head, or for the next sweep, to share its frame."""
        assert self._request is not None
        self._backend = backend
        if not self._is_retry:
            self._opened = opened
        backend.ask(self, self._request)
        early, self._early = self._early, bytearray()
        if early:
            backend.write(bytes(early))
            self._credit(len(early))
        if self._request_ended:
            self._end_request()
        elif self._request.upgrade:
            self._await_answer()

    def _request_body(self, data: Buffer, size: int) -> None:
        self._received += size
        opening = self._opening
        if opening.body != "streamed" and not opening.upgrade and self._received > max(opening.size, 0):
            raise RemoteProtocolError("body is longer than announced")
        if opening.upgrade and not self._is_raw:
            # They would be a second request, which nobody has checked, should the backend decline.
            raise RemoteProtocolError("bytes before the switch of protocols")
        if self._backend is not None:
            self._backend.write(data)
            self._credit(size)
        else:
            # Bounded by the stream's credit, which is returned only when the backend has it.
            self._early += data

    def _credit(self, size: int) -> None:
        if self._backend is not None and self._backend.paused:
            if not self._unacknowledged:
                self._upload_stalled = self._loop.time()
            self._unacknowledged += size
        elif size:
            self._tunnel.consumed(self._stream, size)

    def on_fin(self) -> None:
        if self._opening.body == "sized" and self._received != self._opening.size:
            self._abandon()
            return
        self._request_ended = True
        if self._backend is not None:
            self._end_request()

    def _end_request(self) -> None:
        assert self._backend is not None
        self._backend.end()
        self._await_answer()

    def _await_answer(self) -> None:
        if not self._answer_begun and self._tunnel.settings.first_byte_timeout:
            self._deadline = self._loop.time() + self._tunnel.settings.first_byte_timeout

    def on_reset(self) -> None:
        """The client is gone, or the gateway gave up."""
        self._leave()
        self._tunnel.forget(self._stream)

    def on_room(self) -> None:
        if self._backend is not None and self._response_paused:
            self._response_paused = False
            self._backend.resume()

    def sweep(self, now: float) -> None:
        """Twice-a-second look at what is late; also the moment when a slow backend's Opened goes out alone."""
        if self._opened and self._backend is not None:
            self._send_opened()
        idle = self._tunnel.settings.body_idle_timeout
        if self._unacknowledged and idle and now > self._upload_stalled + idle:
            host, port = self._opening.host, self._opening.port
            self._refuse(fault("backend.upload-stalled", host=host, port=port, seconds=f"{idle:g}"))
            return
        if not self._deadline or now < self._deadline:
            return
        if self._answer_begun:
            self._abandon()
        else:
            seconds = f"{self._tunnel.settings.first_byte_timeout:g}"
            self._refuse(fault("backend.silent", host=self._opening.host, port=self._opening.port, seconds=seconds))

    # ------------------------------------------------------------------ from the backend

    def on_head(self, answer: AnswerHead, *, followed: bool) -> None:
        head = answer.head
        opened, self._opened = self._opened, b""
        if head.status >= 200 or head.status == 101:
            self._answer_begun = True
            if self._opening.trace:
                self._trace("backend answered", status=str(head.status))
            self._is_raw = head.framing == "raw"
            idle = self._tunnel.settings.body_idle_timeout
            self._deadline = self._loop.time() + idle if idle and head.framing in ("sized", "streamed") else 0.0
        self._head += opened + answer.preamble
        if not followed:
            self._send(b"")

    def on_body(self, data: bytes | memoryview, *, last: bool) -> None:
        if self._deadline:
            self._deadline = self._loop.time() + self._tunnel.settings.body_idle_timeout
        self._send(data, fin=last)

    def _send(self, data: Buffer, *, fin: bool = False) -> None:
        """Send on, together with a head that waits for what follows it."""
        if self._head:
            data = self._head + data
            self._head = b""
        if fin:
            self._answer_ended = True
        if not self._tunnel.send(self._stream, data, fin=fin) and self._backend and not self._response_paused:
            self._response_paused = True
            self._backend.pause()

    def on_answer_end(self) -> None:
        backend, opening, way = self._backend, self._opening, self._route
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("served", extra=_line(opening, self._identity))
        assert backend is not None
        assert way is not None
        if self._response_paused:
            backend.resume()
        self._backend = None
        if not self._answer_ended:
            self._send(b"", fin=True)
        self._stream.owner = None
        if not self._request_ended or opening.upgrade:
            backend.close()
        else:
            self._tunnel.pool.keep(opening.conn, way, self._identity.principal, backend)
        self._tunnel.forget(self._stream)

    def on_backend_lost(self, reason: str, *, untouched: bool) -> None:
        backend, self._backend = self._backend, None
        assert backend is not None
        assert self._request is not None
        if self._answer_begun:
            self._abandon()
        elif untouched and backend.uses > 1 and self._request.repeatable and not self._is_retry:
            # The backend closed a kept connection while the request was on its way to it.
            self._is_retry = True
            self._connecting = self._loop.create_task(self._connect())
        elif reason:
            host, port = self._opening.host, self._opening.port
            self._refuse(fault("backend.answer-invalid", host=host, port=port, reason=reason))
        else:
            self._refuse(fault("backend.closed", host=self._opening.host, port=self._opening.port))

    def on_backend_room(self) -> None:
        if self._unacknowledged:
            size, self._unacknowledged = self._unacknowledged, 0
            self._tunnel.consumed(self._stream, size)

    # ------------------------------------------------------------------ ends

    def _send_opened(self) -> None:
        opened, self._opened = self._opened, b""
        self._tunnel.send(self._stream, opened)

    def _trace(self, step: str, **facts: str) -> None:
        """Tell the cloud side how this request came to its identity; it asked for it."""
        opening, way = self._opening, self._route
        steps = self._identity.steps or self._policy.propagator.unverified(opening)
        if way is not None and steps and not way.mapping.authentication_mode.propagates:
            steps = (*steps, {"step": "token not used", "authentication_mode": way.mapping.authentication_mode})
        target = {"system": f"{opening.host}:{opening.port}", "path": opening.target.partition("?")[0][:200]}
        self._tunnel.trace(opening.request, [*steps, {"step": step, **facts, **target}])

    def _refuse(self, reason: Fault) -> None:
        """No answer: the fault crosses the tunnel instead. After a head only an abort is left."""
        if self._answer_begun:
            self._abandon()
            return
        if self._route is not None and reason.kind.origin is Origin.BACKEND and not reason.inside:
            reason = replace(reason, inside=self._route.mapping.internal_at(self._opening.port))
        if self._opening.trace:
            self._trace("refused", fault=reason.code, sentence=reason.sentence)
        self._leave()
        self._tunnel.refuse(self._stream, self._opening, reason)

    def _abandon(self) -> None:
        """The answer cannot be completed: abort, so that nobody takes it for complete."""
        self._leave()
        self._tunnel.reset(self._stream)
        self._tunnel.forget(self._stream)

    def _leave(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
            self._connecting = None
        backend, self._backend = self._backend, None
        if backend is not None:
            backend.release()


def _line(opening: Open, identity: Identity) -> dict[str, object]:
    """A request in the log; the gateway's line has the same id."""
    return {
        "request": opening.request,
        "connection": opening.conn,
        "system": f"{opening.host}:{opening.port}",
        "method": opening.method,
        "path": opening.target.partition("?")[0],
        "principal": identity.principal.name,
    }
