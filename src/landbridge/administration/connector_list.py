"""One list of connectors from three sources: who is expected, who has a certificate, who is connected. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Protocol

from landbridge.faults import Fault
from landbridge.model.subaccount import Subaccount
from landbridge.store import ConnectorCertificate, ExpectedConnector

Row = dict[str, object]


class ConnectedConnector(Protocol):
    """What the gateway says about a connected connector."""

    @property
    def connector_id(self) -> str: ...
    @property
    def subaccount_id(self) -> str: ...
    @property
    def location_id(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def connected_since(self) -> float: ...
    @property
    def agent_version(self) -> str: ...
    @property
    def connections(self) -> int: ...
    @property
    def streams(self) -> int: ...
    @property
    def exposed(self) -> Iterable[Mapping[str, str]]: ...
    @property
    def compat_version(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def bytes_to_connector(self) -> int: ...
    @property
    def bytes_from_connector(self) -> int: ...
    @property
    def round_trip(self) -> float: ...
    @property
    def quiet(self) -> tuple[float, ...]: ...


class NotedFault(Protocol):
    """What went wrong last with a connector."""

    @property
    def time(self) -> float: ...
    @property
    def fault(self) -> Fault: ...


FindFault = Callable[[str], NotedFault | None]
"""The last fault of a connector, by its id."""


def moment(seconds: float) -> str:
    """A time as people and JSON read it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def connector_list(
    subaccount: Subaccount,
    expected: Iterable[ExpectedConnector],
    certificates: Iterable[ConnectorCertificate],
    connected: Iterable[ConnectedConnector],
    now: float,
    last_fault: FindFault = lambda connector_id: None,
) -> list[Row]:
    """The connectors of a subaccount: one row for each connector, and for each location id that nobody serves yet.

    `state` is connected, enrolled (has a good certificate), expired, revoked, or expected (by the landscape).
    """
    names = {one.location_id: one.name for one in expected}
    here = {one.connector_id: one for one in connected if one.subaccount_id == subaccount.id}
    rows = [
        _row(subaccount, certificate, here.get(certificate.connector_id), now, names)
        | _shown_fault(last_fault(certificate.connector_id))
        for certificate in _newest(certificates)
    ]
    served = {row["locationId"] for row in rows if row["state"] in {"connected", "enrolled"}}
    rows += [_expected(subaccount, location, name) for location, name in names.items() if location not in served]
    return sorted(rows, key=lambda row: (str(row["locationId"]), str(row["state"])))


def _newest(certificates: Iterable[ConnectorCertificate]) -> Iterator[ConnectorCertificate]:
    """The newest certificate of each connector; they come newest first."""
    seen: set[str] = set()
    for certificate in certificates:
        if certificate.connector_id not in seen:
            seen.add(certificate.connector_id)
            yield certificate


def _row(
    subaccount: Subaccount,
    certificate: ConnectorCertificate,
    connected: ConnectedConnector | None,
    now: float,
    names: dict[str, str],
) -> Row:
    location = connected.location_id if connected else certificate.location_id
    row: Row = {
        "subaccount": subaccount.subdomain,
        "subaccountId": subaccount.id,
        "locationId": location,
        "name": names.get(location, ""),
        "connectorId": certificate.connector_id,
        "state": "connected" if connected else _resting_state(certificate, now),
        "certificateExpires": moment(certificate.expires),
    }
    if connected:
        row |= {
            "since": moment(connected.connected_since),
            "address": connected.address,
            "agentVersion": connected.agent_version,
            "connections": connected.connections,
            "streams": connected.streams,
            "exposed": list(connected.exposed),
            "compatVersion": connected.compat_version,
            "description": connected.description,
            "bytesToConnector": connected.bytes_to_connector,
            "bytesFromConnector": connected.bytes_from_connector,
            "roundTripMs": round(connected.round_trip * 1000, 3),
        }
    return row


def _shown_fault(noted: NotedFault | None) -> Row:
    if noted is None:
        return {}
    fault = noted.fault
    told = {"code": fault.code, "message": fault.sentence, "action": fault.action, "at": moment(noted.time)}
    return {"lastFault": told}


def _resting_state(certificate: ConnectorCertificate, now: float) -> str:
    if certificate.revoked is not None:
        return "revoked"
    return "expired" if certificate.expires < now else "enrolled"


def _expected(subaccount: Subaccount, location_id: str, name: str) -> Row:
    return {
        "subaccount": subaccount.subdomain,
        "subaccountId": subaccount.id,
        "locationId": location_id,
        "name": name,
        "state": "expected",
    }
