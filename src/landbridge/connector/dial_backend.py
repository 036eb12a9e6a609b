"""A new connection to a backend, or the named reason why there is none (connectivity-proxy §5 row 11)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from landbridge.connector.settings import ConnectorSettings
from landbridge.faults import Fault, FaultError, fault
from landbridge.model.mapping import Mapping
from landbridge.net.dial import DialFailed, DialProblem, connect

P = TypeVar("P", bound=asyncio.Protocol)

_NAMELESS = {
    62: "it is for another host than the internal one",
    64: "it is for another address than the internal one",
}
"""What OpenSSL says with internal names in it, without them: by X509_V_ERR_HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH."""


async def connect_backend(
    factory: Callable[[], P], mapping: Mapping, port: int, settings: ConnectorSettings, trust: ssl.SSLContext
) -> P:
    """A connection with the factory's protocol to the backend behind virtual port `port` of the mapping.

    Raises `FaultError` (`backend.*`).
    """
    try:
        _, backend = await connect(
            factory,
            mapping.internal_host,
            mapping.internal_port_of(port),
            timeout=settings.connect_timeout,
            tls=trust if mapping.protocol.is_tls else None,
        )
    except DialFailed as failure:
        raise FaultError(_fault(mapping, port, failure, settings.connect_timeout)) from failure
    return backend


def _fault(mapping: Mapping, port: int, failure: DialFailed, timeout: float) -> Fault:
    """The fault as the application may see it; what names the inside stays beside it."""
    place = {"host": mapping.virtual_host, "port": port}
    reason = _NAMELESS.get(failure.verify_error, failure.reason)
    detail = f" ({failure.reason})" if reason != failure.reason else ""
    return replace(_named(place, failure.problem, reason, timeout), inside=mapping.internal_at(port) + detail)


def _named(place: dict[str, object], problem: DialProblem, reason: str, timeout: float) -> Fault:
    match problem:
        case DialProblem.REFUSED:
            return fault("backend.refused", **place)
        case DialProblem.EXHAUSTED:
            return fault("connector.exhausted", reason=reason)
        case DialProblem.UNRESOLVED:
            return fault("backend.unresolved", **place)
        case DialProblem.UNREACHABLE:
            return fault("backend.unreachable", reason=reason, **place)
        case DialProblem.TIMEOUT:
            return fault("backend.connect-timeout", seconds=f"{timeout:g}", **place)
        case DialProblem.CERTIFICATE:
            return fault("backend.certificate-untrusted", reason=reason, **place)
        case DialProblem.TLS | DialProblem.CLOSED | DialProblem.PROXY:
            return fault("backend.tls-failed", reason=reason, **place)
