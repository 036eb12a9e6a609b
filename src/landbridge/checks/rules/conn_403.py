"""conn.403 and outbound.http-403-onprem: the connector does not let it pass (failure-catalogue, rows 26 and 20)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import TokenRetrieved
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.on_premise import Way, met, of_destination, proves, through_connector, way

CONNECTOR = "connector"
_OTHER_PROTOCOL = "connector.other-protocol"
_SYSTEM = frozenset({"connector.system-not-exposed", _OTHER_PROTOCOL})
_RESOURCE = "connector.resource-not-exposed"
_DISABLED = "connector.resource-disabled"
_UPGRADE = "connector.upgrade-not-allowed"
_ODD = frozenset({"connector.path-ambiguous", "connector.open-invalid"})
_ELSEWHERE = "other-location"


def refused(evidence: Evidence) -> bool:
    """Whether the access decision of the connector is what stands in the way."""
    seen = way(evidence)
    return through_connector(evidence) and bool(seen.refusal) and not seen.door_code.startswith("proxy.")


def holders(seen: Way) -> list[str]:
    """Location ids of other connectors of the subaccount that expose the system."""
    listed = seen.listed
    if listed is None:
        return []
    others = [one for one in listed.connected if one.location != listed.location]
    wanted = seen.system.lower()
    return [one.location for one in others if any(wanted == _host(system) for system in one.systems)]


def system_missing(evidence: Evidence) -> Verdict:
    """There is no mapping for host and port."""
    seen = way(evidence)
    if seen.refusal not in _SYSTEM:
        return Not("the mapping is there")
    connector = seen.connector
    if connector is not None and not connector.systems:
        return Not("the connector has no mapping at all")
    if holders(seen) or (seen.listed is not None and seen.listed.refused):
        return None
    near = _nearest(seen)
    if seen.refusal == _OTHER_PROTOCOL:
        action = "Call HTTP systems by an HTTP destination, TCP and LDAP ones by one of their type; or map it anew."
        return Holds(
            (f"the mapping {', '.join(near) or seen.system} is for the other door", *_met(seen)), action=action
        )
    said = f"the connector has no mapping for {seen.system}"
    action = f"Add the mapping {seen.system}, or call {near[0]}." if near else ""
    return Holds((said, *([f"the nearest is {', '.join(near)}"] if near else []), *_met(seen)), action=action)


def resource_missing(evidence: Evidence) -> Verdict:
    """No resource covers the path."""
    seen = way(evidence)
    mapping = seen.mapping
    if seen.refusal != _RESOURCE or (mapping is not None and (_is_exact(seen) or mapping.plain_passes)):
        return Not(_passes(seen))
    if mapping is None:
        return Holds(_met(seen))
    at = f"{seen.path} differs from {mapping.rule} at letter {mapping.position + 1}" if mapping.rule else ""
    case = "it would pass in another letter case" if mapping.differs_in_case else ""
    action = f"Call it in the letter case of {mapping.rule}, or expose {seen.path}." if case else ""
    none = "" if mapping.rule else "the mapping has no resource at all"
    return Holds(tuple(text for text in (at, case, none, *_met(seen)) if text), action=action)


def path_only(evidence: Evidence) -> Verdict:
    """A path below a resource that covers itself alone."""
    seen = way(evidence)
    mapping = seen.mapping
    if mapping is None or seen.refusal != _RESOURCE or not _is_exact(seen):
        return Not("no resource covers only itself and stands above the path")
    action = f"Let the resource {mapping.rule} cover its sub-paths."
    return Holds((f"{mapping.rule} is exposed alone, {seen.path} lies below it", *_met(seen)), action=action)


def inactive(evidence: Evidence) -> Verdict:
    """The resource is switched off."""
    seen = way(evidence)
    if seen.refusal != _DISABLED:
        return Not("no resource that is switched off covers the path")
    rule = seen.mapping.rule if seen.mapping is not None else "it"
    return Holds((f"the resource {rule} covers {seen.path} and is disabled", *_met(seen)))


def duplicate(evidence: Evidence) -> Verdict:
    """Another connector with the same location id was turned away."""
    seen = way(evidence)
    if seen.listed is None or not seen.listed.refused:
        return Not("no other connector claims the location id")
    if seen.refusal not in _SYSTEM:
        return None
    names = ", ".join(seen.listed.refused)
    said = f"connector {names} was refused, because location id '{seen.listed.location}' is taken"
    return Holds((said, f"the one that is connected has no mapping for {seen.system}", *_met(seen)))


def encoding(evidence: Evidence) -> Verdict:
    """The path passes when it is written plainly."""
    seen = way(evidence)
    plain = seen.mapping is not None and seen.mapping.plain_passes
    if not plain and seen.refusal not in _ODD:
        return Not("written plainly, the path would not pass either")
    after = ("written plainly, without encodings, doubled slashes and parameters, it would pass",) if plain else ()
    return Holds((f"the path is {seen.path}", *after, *_met(seen)))


def upgrade(evidence: Evidence) -> Verdict:
    """The resource lets plain requests pass, and no upgrade."""
    seen = way(evidence)
    if seen.refusal != _UPGRADE:
        return Not("no upgrade to WebSocket is refused")
    return Holds((f"plain requests for {seen.path} pass, those with an upgrade do not", *_met(seen)))


def not_allowed(evidence: Evidence) -> Verdict:
    """The mapping lets no user be shown."""
    seen = way(evidence)
    if seen.mapping is None or seen.seen is None or seen.seen.authentication != "PrincipalPropagation":
        return Not("no user is to be shown")
    mode = seen.mapping.authentication_mode
    if mode.startswith("X509"):
        return Not(f"the mapping shows users ({mode})")
    if seen.status not in (401, 403):
        return None
    said = f"the mapping's authentication mode is {mode}, so the backend sees nobody"
    return Holds((said, f"the backend answers with {seen.status}"), emitter="backend")


def https(evidence: Evidence) -> Verdict:
    """The address begins with https."""
    seen = way(evidence)
    if not proves(seen.door_code, "outbound.http-403-onprem", "https-through-proxy"):
        return Not("the address begins with http")
    host, port = seen.evidence.target.host, seen.evidence.target.port
    action = f"Write http://{host}:{port} in the destination: TLS begins at the connector, if the mapping says so."
    return Holds((f"the address is https://{seen.system}", met(seen.door_code)), emitter="gateway", action=action)


def csrf(evidence: Evidence) -> Verdict:
    """The backend demands a token."""
    seen = way(evidence)
    if seen.status != 403 or seen.door is None or not seen.door.csrf:
        return Not("the answer does not say x-csrf-token: Required")
    return Holds(("the backend answers with 403 and x-csrf-token: Required",), emitter="backend")


def authorisation(evidence: Evidence) -> Verdict:
    """The backend knows who asks, and says no."""
    seen = way(evidence)
    if seen.status != 403 or seen.door is None or seen.door.csrf or not _logged_on(seen):
        return Not("the answer is not the backend's refusal of somebody whom it knows")
    if _holds_no_user(seen):
        return None
    return Holds(("a logon went along, and the backend answers with 403",), emitter="backend")


def service(evidence: Evidence) -> Verdict:
    """The backend refuses everybody."""
    seen = way(evidence)
    if seen.status != 403 or seen.door is None or seen.door.csrf or _logged_on(seen):
        return Not("the backend does not refuse everybody")
    said = "nobody's logon went along, and the backend answers with 403 instead of asking for one"
    return Holds((said,), Confidence.CONSISTENT, "backend")


def _logged_on(seen: Way) -> bool:
    """Whether somebody's identity went along."""
    tokens = any(one.kind and not one.kind.startswith("none") for one in seen.evidence.all(TokenRetrieved))
    return tokens or (seen.door is not None and bool(seen.door.sent))


def _holds_no_user(seen: Way) -> bool:
    """Whether a user should go along whom the mapping does not show, or whom the backend names."""
    destination = seen.seen
    return destination is not None and destination.authentication == "PrincipalPropagation"


def _is_exact(seen: Way) -> bool:
    rule = seen.mapping
    if rule is None or not (rule.exact and rule.enabled and rule.rule):
        return False
    return seen.path != rule.rule and seen.path.startswith(rule.rule.rstrip("/") + "/")


def _passes(seen: Way) -> str:
    if seen.refusal in _SYSTEM:
        return "there is not even a mapping"
    if seen.refusal in (_DISABLED, _UPGRADE):
        return "a resource covers the path"
    return "the path is exposed" if not seen.refusal else "a resource is there for the path, written otherwise"


def _nearest(seen: Way) -> list[str]:
    """Systems of the connector with the same host, or the same name in another port or protocol."""
    connector = seen.connector
    if connector is None:
        return []
    host = seen.evidence.target.host.lower()
    return [system for system in connector.systems if _host(system).rpartition(":")[0] == host][:3]


def _host(system: str) -> str:
    """The host:port of "PROTOCOL host:port"."""
    return system.rpartition(" ")[2].lower()


def _met(seen: Way) -> tuple[str, ...]:
    return (met(seen.door_code),) if seen.door_code else ()


MAPPING, ROUTE, PROXY = Layer.MAPPING, Layer.ROUTE, Layer.PROXY


def _shared(system: str, resource: str) -> tuple[Rule, ...]:
    return (
        Rule(system, MAPPING, CONNECTOR, system_missing),
        Rule("duplicate-location", MAPPING, CONNECTOR, duplicate),
        Rule(resource, ROUTE, CONNECTOR, resource_missing),
        Rule("path-only", ROUTE, CONNECTOR, path_only),
        Rule("resource-inactive", ROUTE, CONNECTOR, inactive),
    )


_OWN = (
    Rule("encoding", ROUTE, CONNECTOR, encoding),
    Rule("principal-not-allowed", Layer.AUTHENTICATION, CONNECTOR, not_allowed),
    Rule("https-through-proxy", PROXY, "gateway", https),
    Rule("csrf", Layer.SESSION, "backend", csrf),
    Rule("backend-authz", Layer.AUTHORISATION, "backend", authorisation),
    Rule("backend-icf", Layer.ROUTE, "backend", service),
)


def _odd(evidence: Evidence) -> bool:
    """What only outbound.http-403-onprem has a name for."""
    return through_connector(evidence) and any(isinstance(rule.judge(evidence), Holds) for rule in _OWN)


def _destination(evidence: Evidence) -> bool:
    return refused(evidence) and of_destination(evidence) and not _odd(evidence)


def _probed(evidence: Evidence) -> bool:
    return _odd(evidence) or (refused(evidence) and not of_destination(evidence))


BOOKS = (
    Book(
        "conn.403",
        _destination,
        (*_shared("system-missing", "resource-missing"), Rule("websocket-flag", ROUTE, CONNECTOR, upgrade)),
    ),
    Book("outbound.http-403-onprem", _probed, (*_OWN, *_shared("host-not-mapped", "path-not-exposed"))),
)
"""Met by a destination it is conn.403, by a system that is probed through a connector outbound.http-403-onprem."""
