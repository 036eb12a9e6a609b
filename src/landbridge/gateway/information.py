"""What an application may know about the connectors of its subaccount (connectivity-proxy §15)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from landbridge.faults import FaultError, fault
from landbridge.gateway.admission import is_connectivity_client
from landbridge.gateway.registry import ConnectorStatus
from landbridge.identity.verify import TokenRejected, TokenVerifier

UNKNOWN_SYSTEM = "nonSAPsys"
"""Mappings do not say what kind of system stands behind them."""

Entry = dict[str, dict[str, str]]


class ConnectorInformation:
    """Answers for holders of a token of a connectivity client."""

    def __init__(self, verifier: TokenVerifier, connectors: Callable[[], Iterable[ConnectorStatus]]) -> None:
        self._verifier = verifier
        self._connectors = connectors

    def entries(self, authorization: str) -> list[Entry]:
        """One entry for each connected connector of the token's subaccount. Raises `FaultError` (`connectivity.*`)."""
        scheme, _, raw = authorization.strip().partition(" ")
        if scheme.lower() != "bearer" or not raw.strip():
            raise FaultError(fault("connectivity.token-missing"))
        try:
            token = self._verifier.verify(raw.strip())
        except TokenRejected as rejected:
            raise FaultError(fault("connectivity.token-invalid", reason=rejected.detail)) from None
        if not is_connectivity_client(token.client_id):
            raise FaultError(fault("connectivity.token-wrong-client", client=token.client_id))
        connected = [status for status in self._connectors() if status.subaccount_id == token.tenant]
        connected.sort(key=lambda status: status.location_id)
        return [{"attributes": attributes(status)} for status in connected]


def attributes(status: ConnectorStatus) -> dict[str, str]:
    """A connector in the words of the original: every value is a string, two of them are JSON in a string.

    `agent_version` is the release of the original that the connector behaves like; `location_id` is our addition.
    """
    return {
        "connected_by": status.operator,
        "connected_since": _milliseconds(status.connected_since),
        "agent_type": status.role,
        "agent_version": status.compat_version,
        "client_id": status.connector_id,
        "agent_recent_start_ms": _milliseconds(status.started),
        "java_version": status.runtime,
        "jvm_vendor_version": status.platform,
        "security_status": _compact(dict(status.security)),
        "exposed_systems": _compact([_system(system) for system in status.exposed]),
        "location_id": status.location_id,
    }


def _system(system: dict[str, str]) -> dict[str, str]:
    return {
        "protocol": system.get("protocol", ""),
        "host": system.get("host", ""),
        "description": system.get("description", ""),
        "type": system.get("type", UNKNOWN_SYSTEM),
        "status": "exposed",
    }


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
