"""Backend connections: opened on demand, sticky to one client connection and mapping (cloud-connector §1.3).

Nothing is shared: a connection is kept for the same client connection, mapping and principal, and for nobody else.
"""

from __future__ import annotations

from landbridge.connector.backend import BackendConnection
from landbridge.connector.route import Route
from landbridge.model.principal import Principal

KEPT_LIMIT = 16
"""Idle connections of one client connection: clients that mix users or systems on it must not pile them up."""


class BackendPool:
    """Idle connections, by client connection."""

    def __init__(self) -> None:
        self._idle: dict[str, dict[tuple[Route, Principal], BackendConnection]] = {}

    def take(self, conn: str, way: Route, principal: Principal) -> BackendConnection | None:
        """The kept connection of this client for this route and principal, if it is still good."""
        kept = self._idle.get(conn)
        if kept is None:
            return None
        backend = kept.pop((way, principal), None)
        return backend if backend is not None and backend.usable else None

    def keep(self, conn: str, way: Route, principal: Principal, backend: BackendConnection) -> None:
        """Keep a connection until the client's next request, or its end."""
        if not backend.usable:
            backend.close()
            return
        kept = self._idle.setdefault(conn, {})
        replaced = kept.pop((way, principal), None)
        if replaced is not None:
            replaced.close()
        kept[(way, principal)] = backend
        if len(kept) > KEPT_LIMIT:
            kept.pop(next(iter(kept))).close()

    def forget(self, conn: str) -> None:
        """The client connection is gone."""
        for backend in self._idle.pop(conn, {}).values():
            backend.close()

    def close(self) -> None:
        for conn in list(self._idle):
            self.forget(conn)
