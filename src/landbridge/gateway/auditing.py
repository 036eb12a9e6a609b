"""What the gateway puts on record: tunnels, enrolments, callers and connectors that were refused."""

from __future__ import annotations

from landbridge.faults import Fault
from landbridge.gateway.session import ConnectorIdentity
from landbridge.model.enrolment import Enrolled
from landbridge.observe.audit import Audit, AuditRecord

_ACTIONS = {
    "connected": ("open connectivity tunnel", "tunnel handshake success"),
    "refused": ("open connectivity tunnel", "tunnel handshake failure"),
    "disconnected": ("close connectivity tunnel", "tunnel closed"),
}
_TUNNELS = "connectivity tunnel management"
_DENIALS = frozenset({401, 403, 407})


class GatewayAudit:
    """Puts what happens into records, in the shape of connectivity-proxy §12.6."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    def tunnel(self, event: str, identity: ConnectorIdentity, reason: Fault | None) -> None:
        """A tunnel was opened, refused or closed."""
        action, message = _ACTIONS[event]
        details = {
            "tunnelId": f"account:///{identity.subaccount_id}",
            "clientId": identity.connector_id,
            "address": identity.address,
            "loggedByClass": type(self).__name__,
            "handshakeDetails": str(reason) if reason is not None else "success",
        }
        key = (event, identity.connector_id, reason.code) if reason is not None else None
        self._audit(AuditRecord(action, message, _TUNNELS, tenant=identity.subaccount_id, details=details), key)

    def unidentified(self, peer: str, reason: str) -> None:
        """Somebody tried to open a tunnel without a certificate that says who it is."""
        action, message = _ACTIONS["refused"]
        details = {"address": peer, "loggedByClass": type(self).__name__, "handshakeDetails": reason}
        self._audit(AuditRecord(action, message, _TUNNELS, details=details), ("tls", _host(peer), reason))

    def enrolled(self, peer: str, outcome: Enrolled | Fault) -> None:
        """A one-time secret was exchanged for a certificate, or refused."""
        if isinstance(outcome, Fault):
            details = {"address": peer, "reason": str(outcome)}
            record = AuditRecord("enrol connector", "enrolment failure", "connector enrolment", details=details)
            self._audit(record, ("enrol", _host(peer), outcome.code))
            return
        about = {"address": peer, "clientId": outcome.connector_id, "locationId": outcome.location_id}
        self._audit(
            AuditRecord(
                "enrol connector",
                "enrolment success",
                "connector enrolment",
                tenant=outcome.subaccount_id,
                details=about,
            )
        )

    def denied(self, reason: Fault, request_id: str, tenant: str, peer: str) -> None:
        """A caller of a door was refused; what is no denial is not recorded."""
        if reason.kind.status not in _DENIALS:
            return
        details = {"reason": str(reason), "requestId": request_id, "address": peer}
        record = AuditRecord("authorize request", "access denied", "connectivity doors", tenant=tenant, details=details)
        self._audit(record, (reason.code, tenant, _host(peer)))

    def probe_refused(self, identity: ConnectorIdentity, system: str, reason: Fault) -> None:
        """The cloud side wanted to look at something through a connector, which does not let it."""
        if reason.kind.status not in _DENIALS:
            return
        details = {"clientId": identity.connector_id, "system": system, "reason": str(reason)}
        record = AuditRecord(
            "probe system", "access denied", "connectivity checks", tenant=identity.subaccount_id, details=details
        )
        self._audit(record, (reason.code, identity.connector_id, system))

    def stream_refused(self, identity: ConnectorIdentity, service: str, reason: Fault) -> None:
        """A connector asked for something of the cloud side that is not for it."""
        details = {"clientId": identity.connector_id, "service": service, "reason": str(reason)}
        record = AuditRecord(
            "open service channel", "access denied", "service channels", tenant=identity.subaccount_id, details=details
        )
        self._audit(record, (reason.code, identity.connector_id, service))


def _host(peer: str) -> str:
    """The peer without its port, which is another one each time."""
    return peer.rpartition(":")[0]
