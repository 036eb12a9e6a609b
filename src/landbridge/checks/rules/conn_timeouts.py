"""The three time-outs: no connector, a slow line, a slow backend (failure-catalogue, rows 28 to 30).

One symptom; the times of each segment tell them apart.
"""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.on_premise import SLOW_LINE, Way, met, through_connector, way

BUSY = 50
"""Open requests of a connector from which on a slow backend counts as overloaded."""
_LATE = frozenset({"backend.silent", "backend.upload-stalled"})


def _dead(seen: Way) -> bool:
    return seen.pinged is not None and not seen.pinged.round_trips


def _late(seen: Way) -> bool:
    """Traffic waited in vain for the backend."""
    door = seen.door
    return door is not None and (door.problem == "timeout" or door.code in _LATE) and not _dead(seen)


def _line(seen: Way) -> float:
    """Milliseconds of the fastest round trip; 0: none was measured."""
    return min(seen.pinged.round_trips) if seen.pinged is not None and seen.pinged.round_trips else 0.0


def _applies_noconn(evidence: Evidence) -> bool:
    return through_connector(evidence) and _dead(way(evidence))


def _half_dead(evidence: Evidence) -> Verdict:
    """Connected, and silent."""
    seen = way(evidence)
    connector = seen.connector
    if not _dead(seen) or connector is None or seen.pinged is None:
        return Not("the connector answers")
    quiet = f"; nothing was heard of it for {min(connector.quiet):g} seconds" if connector.quiet else ""
    return Holds((f"the connector is connected, and does not answer a ping{quiet}", *_met(seen)))


def _absent(evidence: Evidence) -> Verdict:
    """Gone."""
    return Not("the connector is in the list") if way(evidence).connector is not None else None


def _other_location(evidence: Evidence) -> Verdict:
    """Another id."""
    return Not("a connector with that location id is connected") if way(evidence).connector is not None else None


def _applies_latency(evidence: Evidence) -> bool:
    return through_connector(evidence) and _line(way(evidence)) >= SLOW_LINE


def _slow_line(evidence: Evidence) -> Verdict:
    """Every round trip takes long."""
    seen = way(evidence)
    trips = ", ".join(f"{one:g}" for one in seen.pinged.round_trips) if seen.pinged is not None else ""
    own = seen.answered.milliseconds if seen.answered is not None and seen.answered.good else 0.0
    backend = (f"the backend itself answers within {own:g} ms",) if own else ()
    return Holds((f"round trips through the tunnel take {trips} ms", *backend, *_door(seen)))


def _many_trips(evidence: Evidence) -> Verdict:
    """One request is slow already."""
    return Not("a single request is slow already")


def _applies_backend(evidence: Evidence) -> bool:
    return through_connector(evidence) and _late(way(evidence))


def _slow_backend(evidence: Evidence) -> Verdict:
    """Accepted, and no answer."""
    seen = way(evidence)
    if _answers_later(seen):
        return Not("it answers, only later than the caller waits")
    if _is_busy(seen):
        return None
    return Holds(_segments(seen), emitter="backend")


def _smaller_timeout(evidence: Evidence) -> Verdict:
    """The caller gives up too early."""
    seen = way(evidence)
    if not _answers_later(seen):
        return Not("the backend does not answer within twice the time either")
    answered, door = seen.answered, seen.door
    assert answered is not None
    assert door is not None
    said = f"the backend answers after {answered.milliseconds:g} ms; the caller waited {door.milliseconds:g} ms"
    return Holds((said, *_segments(seen)), emitter="caller")


def _overloaded(evidence: Evidence) -> Verdict:
    """Many at once."""
    seen = way(evidence)
    if not _is_busy(seen):
        return Not("few requests are open")
    if _answers_later(seen):
        return None
    assert seen.connector is not None
    return Holds(
        (f"{seen.connector.streams} requests are open through this connector", *_segments(seen)), emitter="backend"
    )


def _answers_later(seen: Way) -> bool:
    return seen.answered is not None and seen.answered.good


def _is_busy(seen: Way) -> bool:
    return seen.connector is not None and seen.connector.streams >= BUSY


def _segments(seen: Way) -> tuple[str, ...]:
    """The time of each part of the way."""
    line = (f"a round trip through the tunnel takes {_line(seen):g} ms",) if _line(seen) else ()
    connected = seen.connected
    opening = (
        (f"the connector connects to the backend in {connected.milliseconds:g} ms",)
        if connected and connected.good
        else ()
    )
    answered = (seen.answered.line,) if seen.answered is not None else ()
    return (*line, *opening, *(f"the backend: {one}" for one in answered), *_door(seen))


def _door(seen: Way) -> tuple[str, ...]:
    return (f"a request through the door: {seen.door.line}",) if seen.door is not None else ()


def _met(seen: Way) -> tuple[str, ...]:
    return (met(seen.door_code),) if seen.door_code else _door(seen)


BOOKS = (
    Book(
        "conn.timeout-noconn",
        _applies_noconn,
        (
            Rule("half-dead", Layer.TUNNEL, "connector", _half_dead),
            Rule("absent", Layer.TUNNEL, "gateway", _absent),
            Rule("wrong-location", Layer.TUNNEL, "gateway", _other_location),
        ),
    ),
    Book(
        "conn.timeout-latency",
        _applies_latency,
        (
            Rule("slow-line", Layer.TUNNEL, "network", _slow_line),
            Rule("many-round-trips", Layer.APPLICATION, "caller", _many_trips),
        ),
    ),
    Book(
        "conn.timeout-backend",
        _applies_backend,
        (
            Rule("slow-backend", Layer.APPLICATION, "backend", _slow_backend),
            Rule("client-timeout-smaller", Layer.APPLICATION, "caller", _smaller_timeout),
            Rule("overloaded", Layer.APPLICATION, "backend", _overloaded),
        ),
    ),
)
