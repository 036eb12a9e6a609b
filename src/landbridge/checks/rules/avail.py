"""The rows of the official availability check that have no other name (failure-catalogue, rows 39 to 41).

What the official messages share with conn.* is named there; the report shows the official message next to it.
"""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.conn_403 import holders, refused
from landbridge.checks.rules.on_premise import through_connector, way


def _applies_undetermined(evidence: Evidence) -> bool:
    seen = way(evidence)
    ours = seen.connector
    return through_connector(evidence) and ours is not None and (seen.is_old or not ours.systems)


def _too_old(evidence: Evidence) -> Verdict:
    """A release before 2.7.1."""
    seen = way(evidence)
    ours = seen.connector
    assert ours is not None
    if not seen.is_old:
        return Not(f"the connector is of release {ours.compat_version}")
    return Holds((f"the connector is of release {ours.compat_version}; 2.7.1 is the first that can answer",))


def _not_connected(evidence: Evidence) -> Verdict:
    """It is."""
    return Not("the connector is connected")


def _backend_error(evidence: Evidence) -> Verdict:
    """The backend failed."""
    status = way(evidence).status
    return Not(f"the backend answers with {status}") if 0 < status < 500 else None


def _empty(evidence: Evidence) -> Verdict:
    """No mapping at all."""
    ours = way(evidence).connector
    assert ours is not None
    if ours.systems:
        return Not(f"it exposes {len(ours.systems)} systems")
    return Holds(("the connector is connected, and exposes nothing at all",))


def _applies_no_mapping(evidence: Evidence) -> bool:
    return refused(evidence) and bool(holders(way(evidence)))


def _other_location(evidence: Evidence) -> Verdict:
    """Another connector has it."""
    seen = way(evidence)
    names = holders(seen)
    assert seen.listed is not None
    others = ", ".join(f"'{name}'" for name in names)
    said = f"location id '{seen.listed.location}' has no mapping for {seen.system}; {others} has it"
    action = f"Set CloudConnectorLocationId to '{names[0]}', or add the mapping to '{seen.listed.location}'."
    return Holds((said,), action=action)


def _no_mapping(evidence: Evidence) -> Verdict:
    """Somebody has it."""
    return Not("another connector of the subaccount has the mapping")


BOOKS = (
    Book(
        "avail.undetermined",
        _applies_undetermined,
        (
            Rule("connector-too-old", Layer.TUNNEL, "connector", _too_old),
            Rule("not-connected", Layer.TUNNEL, "gateway", _not_connected),
            Rule("not-configured", Layer.MAPPING, "connector", _empty),
            Rule("backend-error", Layer.APPLICATION, "backend", _backend_error),
        ),
    ),
    Book(
        "avail.no-mapping",
        _applies_no_mapping,
        (
            Rule("other-location", Layer.MAPPING, "connector", _other_location),
            Rule("no-mapping", Layer.MAPPING, "connector", _no_mapping),
        ),
    ),
)
