"""Service channels, the gateway's end: dials the service mapping that matches, and nothing else (design §5)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from landbridge.faults import Fault, FaultError, fault
from landbridge.model.service_channel import ServiceMapping
from landbridge.net.dial import DialFailed, connect
from landbridge.relay.outward import OutwardRelay, ServerConnection
from landbridge.wire.messages import Open
from landbridge.wire.stream import Stream

if TYPE_CHECKING:
    from landbridge.gateway.session import ConnectorIdentity, TunnelSession

CONNECT_TIMEOUT = 8.0

OnRefused = Callable[["ConnectorIdentity", str, Fault], None]

_log = logging.getLogger(__name__)


class ServiceSource(Protocol):
    """Who keeps the service mappings."""

    async def service_mappings(self) -> Sequence[ServiceMapping]:
        """Those of all subaccounts."""


class ServiceDirectory:
    """The service mappings of all subaccounts, for look-up."""

    def __init__(self, on_refused: OnRefused = lambda identity, service, reason: None) -> None:
        """`on_refused` hears of streams that no mapping allows."""
        self.on_refused = on_refused
        self._mappings: dict[tuple[str, str], ServiceMapping] = {}

    def replace(self, mappings: Iterable[ServiceMapping]) -> None:
        """Take a new set over; open connections go on."""
        self._mappings = {(mapping.subaccount_id, mapping.service_id): mapping for mapping in mappings}

    def find(self, subaccount_id: str, location_id: str, service_id: str) -> ServiceMapping:
        """The mapping for this connector. Raises `FaultError` (`channel.service-not-mapped`)."""
        mapping = self._mappings.get((subaccount_id, service_id))
        if mapping is None or location_id not in mapping.location_ids:
            raise FaultError(
                fault("channel.service-not-mapped", subaccount=subaccount_id, service=service_id, location=location_id)
            )
        return mapping


def serve_channel(
    session: TunnelSession, directory: ServiceDirectory, stream: Stream, opening: Open, rest: bytes
) -> OutwardRelay | None:
    """Connect a stream of the connector to a service; None when it was refused."""
    identity = session.identity
    location = session.hello.location if session.hello is not None else ""
    try:
        if opening.kind != "service":
            raise FaultError(fault("channel.stream-refused", kind=opening.kind))
        mapping = directory.find(identity.subaccount_id, location, opening.host)
    except FaultError as error:
        _log_refusal(session, opening, error.fault)
        directory.on_refused(identity, opening.host, error.fault)
        session.refuse(stream, opening, error.fault)
        return None
    relay = OutwardRelay(session, stream, opening)
    relay.begin(lambda factory: _dial(factory, mapping), rest)
    return relay


async def _dial(factory: Callable[[], ServerConnection], mapping: ServiceMapping) -> ServerConnection:
    host, port = mapping.internal_host, mapping.internal_port
    try:
        _, server = await connect(factory, host, port, timeout=CONNECT_TIMEOUT)
    except DialFailed as failure:
        reason = fault(
            "channel.service-unreachable",
            service=mapping.service_id,
            reason=failure.reason,
        )
        unreachable = replace(reason, inside=f"{host}:{port}")
        _log.warning("service not reached", extra=_told(unreachable, mapping.subaccount_id, mapping.service_id))
        raise FaultError(unreachable) from None
    return server


def _log_refusal(session: TunnelSession, opening: Open, reason: Fault) -> None:
    identity = session.identity
    fields = _told(reason, identity.subaccount_id, opening.host)
    _log.warning("refused a stream of a connector", extra={**fields, "connector": identity.connector_id})


def _told(reason: Fault, subaccount_id: str, service_id: str) -> dict[str, str]:
    fields = {"fault": reason.code, "sentence": reason.sentence, "subaccount": subaccount_id, "service": service_id}
    return fields | {"internal": reason.inside} if reason.inside else fields
