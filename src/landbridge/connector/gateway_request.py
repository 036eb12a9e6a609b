"""One HTTP request to the tunnel listener: enrolment, or the beginning of a tunnel."""

from __future__ import annotations

import asyncio
import json
import ssl
from typing import Any

from cryptography import x509

from landbridge.connector.settings import ConnectorSettings
from landbridge.faults import Fault, FaultError, fault, from_wire
from landbridge.net.accept import load_identity
from landbridge.net.dial import DialFailed, DialProblem, connect, presented_certificate
from landbridge.wire.http1 import BadHead, ResponseHead, head_end, parse_response

_HEAD_LIMIT = 16_384
_BODY_LIMIT = 1_048_576


class Answered(asyncio.Protocol):
    """Collects a response: its head, and its body unless it switches protocols. `done` holds the outcome."""

    def __init__(self) -> None:
        self.done: asyncio.Future[ResponseHead] = asyncio.get_running_loop().create_future()
        self.body = b""
        self._buffer = b""
        self._head: ResponseHead | None = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        try:
            if self._head is None:
                end = head_end(self._buffer, _HEAD_LIMIT, _HEAD_LIMIT)
                if end < 0:
                    return
                self._head = parse_response(self._buffer[:end], b"GET", _HEAD_LIMIT, _HEAD_LIMIT)
                self._buffer = self._buffer[end:]
        except BadHead as error:
            self._fail(str(error))
            return
        head = self._head
        if head.status == 101 or (head.size >= 0 and len(self._buffer) >= head.size):
            self.body = self._buffer
            if not self.done.done():
                self.done.set_result(head)
        elif head.size < 0 or head.size > _BODY_LIMIT:
            self._fail("its answer has no usable length")

    def eof_received(self) -> bool:
        self._fail("")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail("")

    def _fail(self, reason: str) -> None:
        if not self.done.done():
            self.done.set_exception(OddAnswer(reason))


class OddAnswer(Exception):
    """No answer, or one that is not HTTP; empty text for a connection that was just closed."""


def client_context(ca_pem: str, certificate_pem: str = "", key_pem: str = "") -> ssl.SSLContext:
    """A TLS 1.3 client that trusts nobody but the gateway's authority. Raises `ssl.SSLError` for unusable PEM."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cadata=ca_pem)
    if certificate_pem:
        load_identity(context, certificate_pem, key_pem)
    return context


async def send_request(
    address: str, context: ssl.SSLContext, request: bytes, settings: ConnectorSettings
) -> tuple[asyncio.Transport, Answered, ResponseHead]:
    """Connect, send, and wait for the answer. Raises `FaultError` (`tunnel.gateway-*`) and `OddAnswer`."""
    host, port = split_address(address)
    try:
        async with asyncio.timeout(settings.dial_timeout):
            transport, protocol = await connect(
                Answered, host, port, timeout=settings.dial_timeout, tls=context, server_name=host, proxy=settings.proxy
            )
            try:
                transport.write(request)
                return transport, protocol, await protocol.done
            except BaseException:
                transport.abort()
                raise
    except DialFailed as failure:
        raise FaultError(await _dial_fault(address, failure, settings)) from None
    except TimeoutError:
        raise FaultError(fault("tunnel.gateway-odd-answer", address=address, reason="no answer in time")) from None


def fault_of(address: str, head: ResponseHead, body: bytes) -> Fault:
    """The fault that the gateway named in its answer."""
    try:
        named: Any = json.loads(body)["fault"]
        return from_wire(str(named["code"]), {str(k): str(v) for k, v in named["params"].items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return fault("tunnel.gateway-odd-answer", address=address, reason=f"status {head.status}")


def split_address(address: str) -> tuple[str, int]:
    """`host:port`. Raises `FaultError` (`enrolment.data-malformed`)."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise FaultError(fault("enrolment.data-malformed", reason=f"'{address}' is not host:port"))
    return host.strip("[]"), int(port)


async def _dial_fault(address: str, failure: DialFailed, settings: ConnectorSettings) -> Fault:
    match failure.problem:
        case DialProblem.CERTIFICATE:
            return await _distrust(address, failure.reason, settings)
        case DialProblem.PROXY:
            proxy = settings.proxy.address if settings.proxy is not None else ""
            return fault("tunnel.proxy-failed", address=address, proxy=proxy, reason=failure.reason)
        case DialProblem.TLS | DialProblem.CLOSED:
            return fault("tunnel.gateway-odd-answer", address=address, reason=failure.reason)
        case _:
            return fault("tunnel.gateway-unreachable", address=address, reason=failure.reason)


async def _distrust(address: str, reason: str, settings: ConnectorSettings) -> Fault:
    """Another gateway, or somebody in between? The issuer of what is presented tells (user-asks row 29)."""
    host, port = split_address(address)
    try:
        der = await presented_certificate(host, port, timeout=settings.dial_timeout, proxy=settings.proxy)
    except DialFailed:
        der = None
    issuer = x509.load_der_x509_certificate(der).issuer.rfc4514_string() if der else ""
    if issuer and "O=landbridge" not in issuer:
        return fault("tunnel.intercepted", address=address, issuer=issuer)
    return fault("tunnel.gateway-untrusted", address=address, reason=reason)
