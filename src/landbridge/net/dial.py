"""Opening connections: every way in which that can fail, told apart by type and errno where it happens."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

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


class DialFailed(Exception):
    """No connection. `reason` is a short technical phrase for the evidence."""

    def __init__(self, problem: DialProblem, reason: str) -> None:
        super().__init__(f"{problem}: {reason}")
        self.problem = problem
        self.reason = reason


async def connect(
    factory: Callable[[], P],
    host: str,
    port: int,
    *,
    timeout: float,  # noqa: ASYNC109 - one deadline for name, TCP and TLS together
    tls: ssl.SSLContext | None = None,
    server_name: str | None = None,
) -> tuple[asyncio.Transport, P]:
    """A connected transport with the factory's protocol on it.

    `timeout` in seconds covers name, TCP and TLS together. Raises `DialFailed`.
    """
    name = (server_name or host) if tls is not None else None
    try:
        async with asyncio.timeout(timeout):
            return await _first_that_answers(factory, host, port, tls, name)
    except TimeoutError as error:
        raise dial_failed(error) from None


async def _first_that_answers(
    factory: Callable[[], P], host: str, port: int, tls: ssl.SSLContext | None, name: str | None
) -> tuple[asyncio.Transport, P]:
    """Try each address of the name in turn; the loop itself would fold their failures into one text."""
    loop = asyncio.get_running_loop()
    failure: OSError | None = None
    try:
        addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _unresolved(error) from None
    for family, _, _, _, address in addresses:
        try:
            return await loop.create_connection(
                factory, str(address[0]), port, family=family, ssl=tls, server_hostname=name
            )
        except TimeoutError:
            raise
        except OSError as error:
            failure = failure or error
    if failure is None:
        raise DialFailed(DialProblem.UNRESOLVED, "the name has no address")
    raise dial_failed(failure) from None


def _unresolved(error: OSError | UnicodeError) -> DialFailed:
    text = error.strerror if isinstance(error, OSError) else "the name is not valid"
    return DialFailed(DialProblem.UNRESOLVED, text or "name not known")


def dial_failed(error: OSError | TimeoutError) -> DialFailed:
    """The named form of what a socket or TLS library raised."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return DialFailed(DialProblem.CERTIFICATE, error.verify_message or "certificate verify failed")
    if isinstance(error, ssl.SSLError):
        return DialFailed(DialProblem.TLS, error.reason or type(error).__name__)
    if isinstance(error, ConnectionRefusedError):
        return DialFailed(DialProblem.REFUSED, "connection refused")
    if isinstance(error, ConnectionError):
        return DialFailed(DialProblem.CLOSED, "connection closed by the other end")
    if isinstance(error, TimeoutError):
        return DialFailed(DialProblem.TIMEOUT, "no answer in time")
    name = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return DialFailed(DialProblem.TIMEOUT if error.errno == errno.ETIMEDOUT else DialProblem.UNREACHABLE, name)
