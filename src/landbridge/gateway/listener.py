"""The tunnel listener (port 8042): /healthcheck, /enrol, and /tunnel, which becomes a tunnel (design §5)."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol, cast

from landbridge.faults import Fault, FaultError, error_headers, fault, problem, to_wire
from landbridge.gateway.answers import status_line
from landbridge.gateway.certificates import Revocations, claimant, identify
from landbridge.gateway.session import CertificateSource, ConnectorIdentity, TunnelSession
from landbridge.model.clock import Clock
from landbridge.model.enrolment import Enrolled
from landbridge.wire.http1 import BadHead, RequestHead, head_end, parse_request
from landbridge.wire.messages import UPGRADE_TOKEN

HEAD_LIMIT = 16_384
BODY_LIMIT = 65_536
REQUEST_TIMEOUT = 15.0
ISSUER_HINT = b"landbridge-certificate-issuer"
_NONE: Mapping[str, str] = MappingProxyType({})


class Certificates(Revocations, CertificateSource, Protocol):
    """The authority's side of the listener; `identity.enrolment.Enrolment` is one."""

    async def enrol(self, secret: str, csr_pem: str) -> Enrolled:
        """A certificate for a one-time secret. Raises `FaultError` (`enrolment.*`)."""


class Watch(Protocol):
    """Who wants to know what came of a request to the listener."""

    def tunnel_refused(self, identity: ConnectorIdentity | None, peer: str, reason: Fault) -> None:
        """There is no tunnel; `identity` is whom the certificate names, if there is one."""

    def enrolled(self, peer: str, outcome: Enrolled | Fault) -> None:
        """A one-time secret was exchanged for a certificate, or was not."""


class ListenerConnection(asyncio.Protocol):
    """One connection: a single small request, or the beginning of a tunnel."""

    def __init__(
        self,
        certificates: Certificates,
        clock: Clock,
        next_id: Callable[[], str],
        open_session: Callable[[ConnectorIdentity], TunnelSession],
        peers: set[ListenerConnection],
        watch: Watch,
    ) -> None:
        self._certificates = certificates
        self._clock = clock
        self._next_id = next_id
        self._open_session = open_session
        self._peers = peers
        self._watch = watch
        self._peer = ""
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own classes do not derive from it
        self._peers.add(self)
        peer = transport.get_extra_info("peername")
        self._peer = f"{peer[0]}:{peer[1]}" if peer else ""
        self._timer = asyncio.get_running_loop().call_later(REQUEST_TIMEOUT, self.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._leave()
        if self._task is not None:
            self._task.cancel()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._task is not None:
            return
        self._buffer += data
        try:
            end = head_end(self._buffer, HEAD_LIMIT, HEAD_LIMIT)
            if end < 0:
                return
            head = parse_request(self._buffer[:end], HEAD_LIMIT, HEAD_LIMIT)
            self._route(head, self._buffer[end:])
        except BadHead as error:
            self._refuse(FaultError(fault("tunnel.bad-request", reason=str(error))))
        except FaultError as error:
            self._refuse(error)

    def _route(self, head: RequestHead, rest: bytes) -> None:
        path = head.target.partition(b"?")[0]
        match (head.method, path):
            case (b"GET" | b"HEAD", b"/healthcheck"):
                self._answer(200, {"status": "ok"}, head_only=head.method == b"HEAD")
            case (b"GET", b"/tunnel"):
                self._become_tunnel(head, rest)
            case (b"POST", b"/enrol"):
                self._enrol(head, rest)
            case (_, b"/healthcheck" | b"/tunnel" | b"/enrol"):
                raise FaultError(fault("tunnel.bad-request", reason=f"method {head.method.decode('ascii')}"))
            case _:
                raise FaultError(fault("tunnel.not-found", path=path[:100].decode("latin-1")))

    # ------------------------------------------------------------------ /tunnel

    def _become_tunnel(self, head: RequestHead, rest: bytes) -> None:
        transport = self._transport
        assert transport is not None
        headers = {name.lower(): value.decode("latin-1") for name, value in head.headers}
        offered = headers.get(b"upgrade", "")
        if offered.lower() != UPGRADE_TOKEN:
            raise FaultError(fault("tunnel.version-unsupported", offered=offered[:100], supported=UPGRADE_TOKEN))
        tls: ssl.SSLObject = transport.get_extra_info("ssl_object")
        der = tls.getpeercert(binary_form=True)
        hint = headers.get(ISSUER_HINT, "")[:300]
        try:
            identity = identify(der, hint, self._certificates, self._clock(), self._peer)
        except FaultError as error:
            self._watch.tunnel_refused(claimant(der, self._peer), self._peer, error.fault)
            raise
        self._leave()
        transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %b\r\n\r\n" % UPGRADE_TOKEN.encode()
        )
        link = self._open_session(identity).link
        transport.set_protocol(link)
        link.connection_made(transport)
        if rest:
            link.data_received(rest)

    # ------------------------------------------------------------------ /enrol

    def _enrol(self, head: RequestHead, rest: bytes) -> None:
        if head.framing != "sized" or head.size > BODY_LIMIT:
            raise FaultError(fault("enrolment.request-invalid", reason="a body with a Content-Length is needed"))
        if len(rest) < head.size:
            return
        try:
            fields = json.loads(rest[: head.size])
            secret, csr = str(fields["secret"]), str(fields["csr"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise FaultError(fault("enrolment.request-invalid", reason="the body is not the expected JSON")) from None
        self._task = asyncio.get_running_loop().create_task(self._issue(secret, csr))

    async def _issue(self, secret: str, csr: str) -> None:
        try:
            enrolled = await self._certificates.enrol(secret, csr)
        except FaultError as error:
            self._watch.enrolled(self._peer, error.fault)
            self._refuse(error)
            return
        self._watch.enrolled(self._peer, enrolled)
        self._answer(
            200,
            {
                "connector": enrolled.connector_id,
                "certificate": enrolled.certificate_pem,
                "ca": enrolled.ca_pem,
                "subaccount": enrolled.subaccount_id,
                "location": enrolled.location_id,
            },
        )

    # ------------------------------------------------------------------ answers

    def _leave(self) -> None:
        self._peers.discard(self)
        if self._timer is not None:
            self._timer.cancel()

    def _refuse(self, error: FaultError) -> None:
        reason, request_id = error.fault, self._next_id()
        body = problem(reason, request_id) | {"fault": to_wire(reason)}
        self._answer(reason.kind.status, body, error_headers(reason, request_id))

    def _answer(
        self, status: int, body: dict[str, object], headers: Mapping[str, str] = _NONE, *, head_only: bool = False
    ) -> None:
        if self._transport is None:
            return
        text = json.dumps(body).encode()
        lines = [status_line(status), "Content-Type: application/json", f"Content-Length: {len(text)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join((*lines, "Connection: close", "", "")).encode("latin-1")
        self._transport.write(head if head_only else head + text)
        self._transport.close()
