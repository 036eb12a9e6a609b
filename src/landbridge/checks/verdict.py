"""The verdict of the original's Check Connection on a destination, next to ours (connectivity-proxy §17). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.checks.catalogue import FAILURES
from landbridge.checks.evidence import Evidence
from landbridge.checks.observations import DestinationSeen, NameResolved
from landbridge.checks.observations.http import HttpAnswer
from landbridge.checks.official import reading
from landbridge.checks.rules.avail_private import redirected
from landbridge.checks.rules.conn_403 import holders
from landbridge.checks.rules.on_premise import Way, way
from landbridge.net.public_address import is_public

UNDETERMINED = "Backend status could not be determined."
NO_MAPPING = "Backend is not available in the list of defined system mappings in Cloud Connector."
RESOURCE = "Resource is not accessible in Cloud Connector or backend is not reachable."
UNREACHABLE = "Backend is not reachable from Cloud Connector."
_CAUSES = {
    "backend.refused": "refused",
    "backend.connect-timeout": "timeout",
    "backend.silent": "timeout",
    "backend.unresolved": "dns",
    "backend.certificate-untrusted": "tls",
    "backend.tls-failed": "tls",
    "backend.unreachable": "unreachable",
}


@dataclass(frozen=True, slots=True)
class Official:
    """What the original would say.

    success         its check is green
    message         its words; empty where they are not known
    status, advice  of the HTTP answer, as its pages read it; 0 and empty without one
    failure, cause  the row of the failure catalogue that the message is; empty for a green check
    """

    success: bool
    message: str = ""
    status: int = 0
    advice: str = ""
    failure: str = ""
    cause: str = ""

    @property
    def meaning(self) -> str:
        """What the cause says, where the original has no words for it."""
        return FAILURES[self.failure].cause(self.cause).what if self.failure and self.cause else ""

    def as_json(self) -> dict[str, object]:
        """For machines. The keys are stable."""
        return {
            "success": self.success,
            "message": self.message,
            "status": self.status,
            "advice": self.advice,
            "failure": self.failure,
            "cause": self.cause,
        }


def official(evidence: Evidence) -> Official | None:
    """The official verdict; None for what the original does not check: other types than HTTP, other proxy types."""
    seen = evidence.first(DestinationSeen)
    if seen is None or not seen.good or seen.type != "HTTP":
        return None
    if seen.proxy_type == "OnPremise":
        return _on_premise(way(evidence))
    return _internet(evidence) if seen.proxy_type == "Internet" else None


def _on_premise(seen: Way) -> Official | None:
    for judge in (_connector, _mapping, _backend):
        found = judge(seen)
        if found is not None:
            return found
    status = seen.status or (seen.door.status if seen.door is not None else 0)
    if not status:
        return _failed(UNDETERMINED, "avail.undetermined", "")
    if status >= 500:
        return _failed(UNDETERMINED, "avail.undetermined", "backend-error" if seen.status else "", status)
    return _read(status)


def _connector(seen: Way) -> Official | None:
    ours = seen.connector
    dead = seen.pinged is not None and not seen.pinged.round_trips
    if ours is None or dead or seen.door_code.startswith("tunnel."):
        return _failed(UNDETERMINED, "avail.undetermined", "not-connected")
    if seen.is_old:
        return _failed(UNDETERMINED, "avail.undetermined", "connector-too-old")
    return None if ours.systems else _failed(UNDETERMINED, "avail.undetermined", "not-configured")


def _mapping(seen: Way) -> Official | None:
    if seen.refusal in ("connector.system-not-exposed", "connector.other-protocol"):
        cause = "other-location" if holders(seen) else "no-mapping"
        return _failed(NO_MAPPING, "avail.no-mapping", cause)
    if not seen.refusal:
        return None
    inactive = seen.refusal == "connector.resource-disabled"
    return _failed(RESOURCE, "avail.resource-or-backend", "resource-inactive" if inactive else "resource-missing")


def _backend(seen: Way) -> Official | None:
    if not seen.trouble:
        return None
    cause = _CAUSES.get(seen.trouble)
    if cause is None:
        return _failed(RESOURCE, "avail.resource-or-backend", "backend-unreachable")
    return _failed(UNREACHABLE, "avail.backend-unreachable", cause)


def _internet(evidence: Evidence) -> Official:
    if _is_private(evidence):
        return _failed("", "avail.private-endpoint", "private-address")
    if redirected(evidence):
        return _failed("", "avail.private-endpoint", "redirect-to-private")
    asked = [one for one in evidence.all(HttpAnswer) if one.status]
    answers = [one for one in asked if one.purpose == "logon"] or [one for one in asked if one.purpose == "answer"]
    if not answers:
        return _failed("", "check.5xx", "no-answer")
    read = _read(answers[0].status)  # redirects are not followed
    return read if read.success else _failed("", "check.5xx", "server-error", read.status)


def _is_private(evidence: Evidence) -> bool:
    resolved = evidence.first(NameResolved)
    return resolved is not None and not all(map(is_public, resolved.addresses))


def _read(status: int) -> Official:
    read = reading(status)
    return Official(read.success, status=status, advice=read.advice.value)


def _failed(message: str, failure: str, cause: str, status: int = 0) -> Official:
    return Official(False, message, status, reading(status).advice.value if status else "", failure, cause)
