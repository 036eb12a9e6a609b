"""What the connector puts on record: access that it denied, changes of its configuration, its tunnels, its life."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import replace

from landbridge.connector.dialler import CertificateRenewed, Connected, Event
from landbridge.faults import Fault
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Resource
from landbridge.observe.audit import Audit, AuditRecord
from landbridge.wire.messages import Open, Probe

AUDIT_FOLDER = "audit"
"""Folder of the records, below the connector's own."""
_DENIALS = frozenset({401, 403})


Details = Dict[str, object]


class ConnectorAudit:
    """Puts what happens into records; types and categories are those of cloud-connector §7.1."""

    def __init__(self, audit: Audit, subaccount_id: str) -> None:
        self._audit = audit
        self._subaccount_id = subaccount_id

    def denied(self, opening: Open | None, reason: Fault) -> None:
        """A stream was refused; what is no denial is not recorded."""
        if reason.kind.status not in _DENIALS or opening is None:
            return
        system, path = f"{opening.host}:{opening.port}", opening.target.partition("?")[0]
        details = {
            "system": system,
            "resource": path[:1000],
            "reason": str(reason),
            "requestId": opening.request,
            "connectionId": opening.conn,
        }
        self._record("ACCESS_DENIED", "access denied", "access control", details, (reason.code, system, path))

    def not_probed(self, question: Probe, reason: Fault) -> None:
        """The cloud side wanted to look at something that is not for it; what is no denial is not recorded."""
        if reason.kind.status not in _DENIALS:
            return
        system, path = f"{question.host}:{question.port}", question.path.partition("?")[0]
        details = {"system": system, "resource": path[:1000], "reason": str(reason), "asked": "probe"}
        self._record("ACCESS_DENIED", "probe denied", "access control", details, (reason.code, system))

    def event(self, event: Event) -> None:
        """A tunnel opened or closed, or the certificate was renewed."""
        match event:
            case Connected(address):
                self._record("CONNECTION_OPENED", "tunnel opened", "tunnel", {"gateway": address})
            case CertificateRenewed():
                self._record("CONFIGURATION_CHANGED", "certificate renewed", "Account", {"operation": "modify"})
            case _:
                details = {"gateway": event.address, "reason": str(event.reason)}
                key = (event.address, event.reason.code)
                self._record("CONNECTION_CLOSED", "no tunnel", "tunnel", details, key)

    def enrolled(self, gateways: tuple[str, ...]) -> None:
        """The folder has got an identity."""
        details = {"operation": "add", "gateways": list(gateways)}
        self._record("CONFIGURATION_CHANGED", "connector enrolled", "Account", details)

    def started(self, content: ConnectorContent) -> None:
        """The program serves this configuration from now on."""
        details = {"name": content.name, "locationId": content.location_id, "systems": len(content.mappings)}
        self._record("SERVICE_STARTED", "connector started", "connector", details)

    def stopped(self) -> None:
        """The program ends."""
        self._record("SERVICE_STOPPED", "connector stopped", "connector", {})

    def configured(self, old: ConnectorContent, new: ConnectorContent) -> None:
        """The configuration was changed: one record for each change."""
        for category, operation, what in changes(old, new):
            details = {"operation": operation, "what": what}
            self._record("CONFIGURATION_CHANGED", "configuration changed", category, details)

    def _record(self, action: str, message: str, about: str, details: Details, key: object = None) -> None:
        record = AuditRecord(action, message, about, tenant=self._subaccount_id, details=details)
        self._audit(record, (action, key) if key is not None else None)


Change = tuple[str, str, str]
"""(category, operation, what it is about)"""


def changes(old: ConnectorContent, new: ConnectorContent) -> Iterator[Change]:
    """What makes `new` another configuration than `old`, by category of cloud-connector §7.1."""
    before, after = ({mapping.key: mapping for mapping in content.mappings} for content in (old, new))
    for key in before.keys() - after.keys():
        yield "BackendMapping", "delete", before[key].virtual
    for key in after:
        yield from _mapping_changes(before.get(key), after[key])
    for category, name in (
        ("DomainMapping", "cookie_domains"),
        ("TrustedBackendCertificate", "trusted_ca_files"),
        ("SystemCertificate", "system_certificate"),
        ("PrincipalPropagationConfiguration", "propagation"),
        ("ServiceChannelConfiguration", "service_channels"),
        ("Configuration", "description"),
        ("Configuration", "probes"),
        ("Configuration", "probes_tell_internal"),
    ):
        if getattr(old, name) != getattr(new, name):
            yield category, "modify", name


def _mapping_changes(old: Mapping | None, new: Mapping) -> Iterator[Change]:
    if old is None:
        yield "BackendMapping", "add", f"{new.virtual} to {new.internal}"
    elif _without_resources(old) != _without_resources(new):
        yield "BackendMapping", "modify", f"{new.virtual} to {new.internal}"
    before: dict[str, Resource] = {resource.path: resource for resource in old.resources} if old is not None else {}
    after = {resource.path: resource for resource in new.resources}
    for path in before.keys() - after.keys():
        yield "AllowedResource", "delete", f"{new.virtual} {path}"
    for path, resource in after.items():
        if path not in before:
            yield "AllowedResource", "add", f"{new.virtual} {path}"
        elif before[path] != resource:
            yield "AllowedResource", "modify", f"{new.virtual} {path}"


def _without_resources(mapping: Mapping) -> Mapping:
    return replace(mapping, resources=())
