"""Backend connections: opened on demand, sticky to one client connection and mapping (cloud-connector §1.3).

Nothing is shared: a connection is kept for the same client connection, mapping and principal, and for nobody else.
"""

from __future__ import annotations

import ssl

from landbridge.connector.backend import BackendConnection
from landbridge.connector.principal import principal_of
from landbridge.connector.route import Route
from landbridge.connector.settings import ConnectorSettings
from landbridge.faults import Fault, FaultError, fault
from landbridge.model.mapping import Mapping, Protocol
from landbridge.model.principal import Principal
from landbridge.net.dial import DialFailed, DialProblem, connect


class BackendPool:
    """Idle connections, by client connection."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        self.trust = trust
        self._idle: dict[str, dict[tuple[Route, Principal], BackendConnection]] = {}

    def take(self, conn: str, way: Route) -> BackendConnection | None:
        """The kept connection of this client for this route, if it is still good."""
        kept = self._idle.get(conn)
        if kept is None:
            return None
        backend = kept.pop((way, principal_of(way.mapping)), None)
        return backend if backend is not None and backend.usable else None

    def keep(self, conn: str, way: Route, backend: BackendConnection) -> None:
        """Keep a connection until the client's next request, or its end."""
        if not backend.usable:
            backend.close()
            return
        kept = self._idle.setdefault(conn, {})
        key = (way, principal_of(way.mapping))
        replaced = kept.get(key)
        if replaced is not None:
            replaced.close()
        kept[key] = backend

    def forget(self, conn: str) -> None:
        """The client connection is gone."""
        for backend in self._idle.pop(conn, {}).values():
            backend.close()

    def close(self) -> None:
        for conn in list(self._idle):
            self.forget(conn)


async def connect_backend(mapping: Mapping, settings: ConnectorSettings, trust: ssl.SSLContext) -> BackendConnection:
    """A new connection to the mapping's backend. Raises `FaultError` (`backend.*`)."""
    tls = trust if mapping.protocol is Protocol.HTTPS else None
    try:
        _, backend = await connect(
            lambda: BackendConnection(settings),
            mapping.internal_host,
            mapping.internal_port,
            timeout=settings.connect_timeout,
            tls=tls,
        )
    except DialFailed as failure:
        raise FaultError(_backend_fault(mapping, failure, settings.connect_timeout)) from None
    return backend


def _backend_fault(mapping: Mapping, failure: DialFailed, timeout: float) -> Fault:
    place = {"host": mapping.virtual_host, "port": mapping.virtual_port, "internal": mapping.internal}
    match failure.problem:
        case DialProblem.REFUSED:
            return fault("backend.refused", **place)
        case DialProblem.UNRESOLVED:
            return fault("backend.unresolved", **place)
        case DialProblem.UNREACHABLE:
            return fault("backend.unreachable", reason=failure.reason, **place)
        case DialProblem.TIMEOUT:
            return fault("backend.connect-timeout", seconds=f"{timeout:g}", **place)
        case DialProblem.CERTIFICATE:
            return fault("backend.certificate-untrusted", reason=failure.reason, **place)
        case DialProblem.TLS | DialProblem.CLOSED:
            return fault("backend.tls-failed", reason=failure.reason, **place)
