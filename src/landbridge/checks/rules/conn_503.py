"""conn.503 and outbound.http-503: no connector serves the request (failure-catalogue, rows 23 and 19)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import ConnectorAsked
from landbridge.checks.observations.wording import location_id
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.on_premise import Way, met, of_destination, through_connector, way

GATEWAY = "gateway"
WINDOW = 30.0
"""Seconds after the loss of a connector in which a reconnect is likely."""
_MISSING = frozenset({"tunnel.no-connector", "tunnel.unknown-location"})
_LOST = _MISSING | {"tunnel.closed", "tunnel.lost", "tunnel.ping-timeout", "tunnel.draining", "tunnel.replaced"}
_AGAIN = (
    "Look again in half a minute. If it is lost again, read the connector's log, and see what ends long connections on"
    " the way."
)


def _applies(evidence: Evidence) -> bool:
    seen = way(evidence)
    if not through_connector(evidence) or seen.listed is None or seen.door_code.startswith("proxy."):
        return False
    return not seen.listed.good or seen.door_code in _MISSING or seen.listed.back_after >= 0 or bool(_lost(evidence))


def _not_connected(evidence: Evidence) -> Verdict:
    """No connector of the subaccount is connected."""
    seen = way(evidence)
    listed = seen.listed
    assert listed is not None
    if listed.connected:
        names = ", ".join(location_id(one.location) for one in listed.connected)
        return Not(f"connectors are connected: {names}")
    if _is_back(seen):
        return Not(f"it came back {listed.back_after:g} seconds later")
    last = (f"its last message was {listed.last_fault}, {listed.left:.0f} seconds ago",) if listed.left >= 0 else ()
    return Holds((f"no connector of subaccount {listed.subaccount} is connected", *_met(seen), *last))


def _wrong_location(evidence: Evidence) -> Verdict:
    """Connectors are connected, none of them with this location id."""
    seen = way(evidence)
    listed = seen.listed
    assert listed is not None
    if listed.good or not listed.connected:
        return Not(
            f"a connector with {location_id(listed.location)} is connected" if listed.good else "there is none at all"
        )
    names = [one.location for one in listed.connected]
    similar = next((name for name in names if name.strip().casefold() == listed.location.strip().casefold()), None)
    said = f"{location_id(listed.location)} was asked for; connected: {', '.join(map(location_id, names))}"
    near = () if similar is None else (f"'{similar}' differs in letter case or blanks only",)
    wanted = similar if similar is not None else names[0] if len(names) == 1 else "one of them"
    action = f"Set CloudConnectorLocationId to {wanted!r}, or connect a connector with '{listed.location}'."
    return Holds((said, *near, *_met(seen)), action=action)


def _other_subaccount(evidence: Evidence) -> Verdict:
    """The token is of another subaccount than the connector."""
    seen = way(evidence)
    listed, token = seen.listed, seen.claims("proxy")
    assert listed is not None
    if token is None:
        return Not("the token was made for this subaccount")
    if token.tenant == listed.subaccount_id:
        return Not(f"the token's tenant is {token.tenant}")
    if not listed.good or seen.door_code not in _MISSING:
        return None
    said = f"the token is for tenant {token.tenant}, the connector is connected to {listed.subaccount_id}"
    return Holds((said, *_met(seen)))


def _reconnecting(evidence: Evidence) -> Verdict:
    """It was away for a moment."""
    seen = way(evidence)
    listed = seen.listed
    assert listed is not None
    if lost := _lost(evidence):
        before = f"a connector with {location_id(listed.location)} was connected when the check began"
        return Holds((before, f"then: {lost}", *_met(seen)), Confidence.CONSISTENT, action=_AGAIN)
    if _is_back(seen):
        return Holds((*_met(seen), f"it was connected again {listed.back_after:g} seconds later"))
    if listed.good:
        return Not("the connector has been connected all the time")
    if not 0 <= listed.left <= WINDOW:
        return Not("nothing was heard of it within the last half minute")
    return Not(f"it did not come back while the check waited ({listed.waited:g} seconds)") if listed.waited else None


def _lost(evidence: Evidence) -> str:
    """How the connector was lost while it was looked at; empty: it was not, or had not been there."""
    seen = way(evidence)
    if seen.listed is None or not seen.listed.good or _is_back(seen):
        return ""
    asked = next((one.reason for one in evidence.all(ConnectorAsked) if one.code in _LOST), "")
    return asked or (met(seen.door_code) if seen.door_code in _LOST - _MISSING else "")


def _is_back(seen: Way) -> bool:
    return seen.listed is not None and seen.listed.back_after >= 0


def _met(seen: Way) -> tuple[str, ...]:
    return (met(seen.door_code),) if seen.door_code else ()


def _rules(not_connected: str) -> tuple[Rule, ...]:
    return (
        Rule(not_connected, Layer.TUNNEL, GATEWAY, _not_connected),
        Rule("wrong-location", Layer.TUNNEL, GATEWAY, _wrong_location),
        Rule("token-other-subaccount", Layer.TUNNEL, GATEWAY, _other_subaccount),
        Rule("reconnect-window", Layer.TUNNEL, GATEWAY, _reconnecting),
    )


BOOKS = (
    Book("conn.503", lambda evidence: _applies(evidence) and of_destination(evidence), _rules("not-connected")),
    Book(
        "outbound.http-503",
        lambda evidence: _applies(evidence) and not of_destination(evidence),
        _rules("no-connector"),
    ),
)
"""Met by a destination it is conn.503, by a system that is probed through a connector outbound.http-503."""
