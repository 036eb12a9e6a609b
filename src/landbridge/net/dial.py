"""Opening connections: every way in which that can fail, told apart by type and errno where it happens."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from landbridge.net.proxy import HttpProxy, ProxyRefused, open_through
from landbridge.net.tls_end import keep_what_comes_before_the_end

P = TypeVar("P", bound=asyncio.BaseProtocol)


class DialProblem(StrEnum):
    """What stood in the way."""

    UNRESOLVED = "unresolved"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CLOSED = "closed"
    CERTIFICATE = "certificate"
    TLS = "tls"
    PROXY = "proxy"
    EXHAUSTED = "exhausted"


class DialFailed(Exception):
    """No connection. `reason` is a short technical phrase for the evidence.

    verify_error  OpenSSL's number for a certificate that was not accepted (X509_V_ERR_*); 0: it was not that
    """

    def __init__(self, problem: DialProblem, reason: str, verify_error: int = 0) -> None:
        super().__init__(f"{problem}: {reason}")
        self.problem = problem
        self.reason = reason
        self.verify_error = verify_error


async def connect(
    factory: Callable[[], P],
    host: str,
    port: int,
    *,
    timeout: float,  # noqa: ASYNC109 - one deadline for name, TCP and TLS together
    tls: ssl.SSLContext | None = None,
    server_name: str | None = None,
    proxy: HttpProxy | None = None,
) -> tuple[asyncio.Transport, P]:
    """A connected transport with the factory's protocol on it.

    `timeout` in seconds covers name, TCP and TLS together; a `proxy` resolves the name itself. Raises `DialFailed`.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    name = (server_name or host) if tls is not None else None
    try:
        async with asyncio.timeout_at(deadline):
            connection = await _open(host, port, proxy)
    except TimeoutError as error:
        raise dial_failed(error) from None
    try:
        async with asyncio.timeout_at(deadline):
            transport, protocol = await loop.create_connection(factory, sock=connection, ssl=tls, server_hostname=name)
    except TimeoutError:
        raise DialFailed(DialProblem.TLS, "no answer to the handshake in time") from None
    except OSError as error:
        raise dial_failed(error) from None
    if tls is not None:
        keep_what_comes_before_the_end(transport)
    return transport, protocol


async def dialled(
    host: str,
    port: int,
    *,
    timeout: float,  # noqa: ASYNC109 - one deadline for name and TCP together
    proxy: HttpProxy | None = None,
) -> socket.socket:
    """A connected, non-blocking socket, for those who speak on it themselves. Raises `DialFailed`."""
    try:
        async with asyncio.timeout(timeout):
            return await _open(host, port, proxy)
    except TimeoutError as error:
        raise dial_failed(error) from None


async def _open(host: str, port: int, proxy: HttpProxy | None) -> socket.socket:
    if proxy is None:
        return await _first_that_answers(host, port)
    try:
        connection = await _first_that_answers(proxy.host, proxy.port)
    except DialFailed as failure:
        raise DialFailed(DialProblem.PROXY, f"{failure.reason} ({failure.problem})") from None
    try:
        await open_through(proxy, connection, host, port)
    except (ProxyRefused, OSError) as error:
        connection.close()
        reason = str(error) if isinstance(error, ProxyRefused) else dial_failed(error).reason
        raise DialFailed(DialProblem.PROXY, reason) from None
    except BaseException:
        connection.close()
        raise
    return connection


async def _first_that_answers(host: str, port: int) -> socket.socket:
    """Try each address of the name in turn; the loop itself would fold their failures into one text.

    Whoever takes the TCP connection is the one: a failure of TLS is not hidden behind the next address.
    """
    loop = asyncio.get_running_loop()
    failure: OSError | None = None
    try:
        addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _unresolved(error) from None
    for family, kind, protocol, _, address in addresses:
        try:
            return await _tcp(family, kind, protocol, address)
        except OSError as error:
            failure = failure or error
    if failure is None:
        raise DialFailed(DialProblem.UNRESOLVED, "the name has no address")
    raise dial_failed(failure) from None


async def _tcp(family: int, kind: int, protocol: int, address: tuple[Any, ...]) -> socket.socket:
    connection = socket.socket(family, kind, protocol)
    try:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, address)
    except BaseException:
        connection.close()
        raise
    return connection


def _unresolved(error: OSError | UnicodeError) -> DialFailed:
    text = error.strerror if isinstance(error, OSError) else "the name is not valid"
    return DialFailed(DialProblem.UNRESOLVED, text or "name not known")


def dial_failed(error: OSError | TimeoutError) -> DialFailed:
    """The named form of what a socket or TLS library raised."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message or "certificate verify failed"
        return DialFailed(DialProblem.CERTIFICATE, reason, error.verify_code)
    if isinstance(error, ssl.SSLError):
        return DialFailed(DialProblem.TLS, error.reason or type(error).__name__)
    if isinstance(error, ConnectionRefusedError):
        return DialFailed(DialProblem.REFUSED, "connection refused")
    if isinstance(error, ConnectionError):
        return DialFailed(DialProblem.CLOSED, "connection closed by the other end")
    if isinstance(error, TimeoutError):
        return DialFailed(DialProblem.TIMEOUT, "no answer in time")
    name = errno.errorcode.get(error.errno or 0, type(error).__name__)
    if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
        return DialFailed(DialProblem.EXHAUSTED, name)
    return DialFailed(DialProblem.TIMEOUT if error.errno == errno.ETIMEDOUT else DialProblem.UNREACHABLE, name)


async def presented_certificate(
    host: str,
    port: int,
    *,
    timeout: float,  # noqa: ASYNC109 - one deadline for name, TCP and TLS together
    proxy: HttpProxy | None = None,
) -> bytes | None:
    """The certificate (DER) that a TLS server presents, whoever issued it. For evidence only: nothing is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    transport, _ = await connect(asyncio.Protocol, host, port, timeout=timeout, tls=context, proxy=proxy)
    tls = transport.get_extra_info("ssl_object")
    transport.abort()
    der: bytes | None = tls.getpeercert(binary_form=True)
    return der
