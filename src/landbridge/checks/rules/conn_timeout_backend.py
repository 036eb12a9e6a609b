"""conn.timeout-backend: the backend does not answer in time (failure-catalogue, row 30).

The times of each part of the way tell it from a lost tunnel and a slow line.
"""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.observations import ConnectionRested
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.on_premise import Way, through_connector, through_door, way

BUSY = 50
"""Open requests of a connector from which on a slow backend counts as overloaded."""
_LATE = frozenset({"backend.silent", "backend.upload-stalled"})


def _applies(evidence: Evidence) -> bool:
    seen = way(evidence)
    return through_connector(evidence) and (_late(seen) or _is_forgotten(seen))


def _late(seen: Way) -> bool:
    """Traffic waited in vain for the backend."""
    door = seen.door
    return door is not None and (door.problem == "timeout" or door.code in _LATE) and not seen.is_dead


def _is_forgotten(seen: Way) -> bool:
    """Whether a connection answers no more after it rested, and a new one does."""
    rested = seen.rested
    return rested is not None and bool(rested.before and rested.anew) and not rested.good


def _on_time(seen: Way) -> Not:
    took = seen.door.milliseconds if seen.door is not None else 0.0
    return Not(f"over a new connection the backend answers after {took:g} ms")


def _forgotten(evidence: Evidence) -> Verdict:
    """Something on the way forgets connections that rest."""
    seen = way(evidence)
    rested = seen.rested
    if rested is None or not rested.before:
        return None
    if rested.good:
        return Not(f"after {rested.seconds:g} seconds without bytes the connection answers")
    if not _is_forgotten(seen):
        return None
    after = f"after {rested.seconds:g} seconds without bytes the connection to the backend gives no answer"
    action = f"Let bytes flow more often than every {rested.seconds:g} seconds, or raise the idle limit on the way."
    return Holds((f"{after} ({rested.code or 'silence'})", *_new_one(rested), *_segments(seen)), action=action)


def _new_one(rested: ConnectionRested) -> tuple[str, ...]:
    return (f"a new one answers with {rested.anew} after {rested.fresh:g} ms",)


def _slow_backend(evidence: Evidence) -> Verdict:
    """Accepted, and no answer."""
    seen = way(evidence)
    if not _late(seen):
        return _on_time(seen)
    if _answers_later(seen):
        return Not("it answers, only later than the caller waits")
    if _is_busy(seen):
        return None
    return Holds(_segments(seen), emitter="backend")


def _smaller_timeout(evidence: Evidence) -> Verdict:
    """The caller gives up too early."""
    seen = way(evidence)
    if not _late(seen):
        return _on_time(seen)
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
    if not _late(seen):
        return _on_time(seen)
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
    line = (f"a round trip through the tunnel takes {seen.line:g} ms",) if seen.line else ()
    connected = seen.connected
    opening = (
        (f"the connector connects to the backend in {connected.milliseconds:g} ms",)
        if connected and connected.good
        else ()
    )
    answered = (seen.answered.line,) if seen.answered is not None else ()
    return (*line, *opening, *(f"the backend: {one}" for one in answered), *through_door(seen))


BOOK = Book(
    "conn.timeout-backend",
    _applies,
    (
        Rule("idle-firewall", Layer.TCP, "network", _forgotten),
        Rule("slow-backend", Layer.APPLICATION, "backend", _slow_backend),
        Rule("client-timeout-smaller", Layer.APPLICATION, "caller", _smaller_timeout),
        Rule("overloaded", Layer.APPLICATION, "backend", _overloaded),
    ),
)
