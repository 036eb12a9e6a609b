"""The three time-outs: no connector, a slow line, a slow backend (failure-catalogue, rows 28 to 30).

One symptom; the times of each segment tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import ConnectionRested
from landbridge.checks.observations.tunnel import LinkSeen
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.on_premise import SLOW_LINE, Way, met, through_connector, way

BUSY = 50
"""Open requests of a connector from which on a slow backend counts as overloaded."""
MANY = 20
"""Requests of one action from which on they count as many."""
LOST = 1.0
"""Seconds that an action loses on the line from which on that counts."""
AT_ONCE = 1.5
"""Open requests, on average, up to which they count as made one after the other: more are of several callers."""
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
    seen = way(evidence)
    return through_connector(evidence) and (_dead(seen) or bool(_silent(seen)))


def _silent(seen: Way) -> tuple[LinkSeen, ...]:
    """Connections of the tunnel on which a ping is not answered."""
    return tuple(one for one in seen.pinged.links if not one.good) if seen.pinged is not None else ()


def _lost(seen: Way) -> tuple[LinkSeen, ...]:
    """Those of them whose other end is gone: its machine acknowledges nothing, or it answers over another one."""
    return tuple(one for one in _silent(seen) if one.resent > 0 or not _dead(seen))


def _half_dead(evidence: Evidence) -> Verdict:
    """Connected, and silent."""
    seen = way(evidence)
    if not _dead(seen) or seen.connector is None:
        return Not("the connector answers")
    if _lost(seen):
        return Not("the machine at the other end does not even acknowledge what is sent")
    said = f"the connector is connected, and does not answer a ping; {_quiet(seen, _silent(seen))}"
    if not _silent(seen) or any(one.resent < 0 for one in _silent(seen)):
        return Holds((said, *_met(seen)), Confidence.CONSISTENT)
    return Holds((said, "its machine acknowledges what is sent: the connection is there", *_met(seen)))


def _zombie(evidence: Evidence) -> Verdict:
    """One end believes in a connection that the other has lost."""
    seen = way(evidence)
    silent, lost = _silent(seen), _lost(seen)
    if _dead(seen) and not silent:
        return None
    if not silent:
        return Not("every connection of the tunnel answers")
    if not lost:
        told = all(one.resent == 0 for one in silent)
        return Not("the machine at the other end acknowledges what is sent") if told else None
    if not _dead(seen):
        all_of = len(seen.pinged.links) if seen.pinged is not None else 0
        said = f"the connector answers, but not over {len(lost)} of its {all_of} connections; {_quiet(seen, lost)}"
        return Holds((said,))
    again = max(one.resent for one in lost)
    said = f"what is sent is not acknowledged, and was sent again {again} times; {_quiet(seen, lost)}"
    return Holds((said, *_met(seen)), emitter="network")


def _quiet(seen: Way, links: Sequence[LinkSeen]) -> str:
    waited = seen.pinged.seconds if seen.pinged is not None else 0.0
    return f"nothing was heard for {waited + max((one.quiet for one in links), default=0.0):.1f} seconds"


def _absent(evidence: Evidence) -> Verdict:
    """Gone."""
    return Not("the connector is in the list") if way(evidence).connector is not None else None


def _other_location(evidence: Evidence) -> Verdict:
    """Another id."""
    return Not("a connector with that location id is connected") if way(evidence).connector is not None else None


def _applies_latency(evidence: Evidence) -> bool:
    seen = way(evidence)
    return through_connector(evidence) and (_line(seen) >= SLOW_LINE or _waits_for_line(seen))


def _on_line(seen: Way) -> float:
    """Seconds that the watched requests were on the line: one round trip each."""
    return seen.watched.requests * _line(seen) / 1000 if seen.watched is not None else 0.0


def _waits_for_line(seen: Way) -> bool:
    """Whether many requests were made one after the other, and what they waited for was mostly the line."""
    watched = seen.watched
    if watched is None or watched.requests < MANY or watched.waited > AT_ONCE * watched.seconds:
        return False
    return _on_line(seen) >= max(LOST, watched.waited / 2)


def _slow_line(evidence: Evidence) -> Verdict:
    """Every round trip takes long."""
    seen = way(evidence)
    if _line(seen) < SLOW_LINE:
        return Not(f"a round trip through the tunnel takes {_line(seen):g} ms")
    trips = ", ".join(f"{one:g}" for one in seen.pinged.round_trips) if seen.pinged is not None else ""
    own = seen.answered.milliseconds if seen.answered is not None and seen.answered.good else 0.0
    backend = (f"the backend itself answers within {own:g} ms",) if own else ()
    return Holds((f"round trips through the tunnel take {trips} ms", *backend, *_door(seen)))


def _many_trips(evidence: Evidence) -> Verdict:
    """Each of them is quick, and there are many, one after the other."""
    seen = way(evidence)
    if not _waits_for_line(seen) or seen.watched is None:
        return Not("a single request is slow already")
    watched = seen.watched
    if _line(seen) >= SLOW_LINE:
        return None
    counted = f"{watched.requests} requests went through the tunnel in {watched.seconds:g} seconds, one after the other"
    share = f"of {watched.waited:g} seconds that they were open, {_on_line(seen):.1f} are round trips of the line"
    return Holds((counted, f"a round trip takes {_line(seen):g} ms", share))


def _applies_backend(evidence: Evidence) -> bool:
    seen = way(evidence)
    return through_connector(evidence) and (_late(seen) or _is_forgotten(seen))


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
            Rule("zombie-tunnel", Layer.TUNNEL, "network", _zombie),
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
            Rule("idle-firewall", Layer.TCP, "network", _forgotten),
            Rule("slow-backend", Layer.APPLICATION, "backend", _slow_backend),
            Rule("client-timeout-smaller", Layer.APPLICATION, "caller", _smaller_timeout),
            Rule("overloaded", Layer.APPLICATION, "backend", _overloaded),
        ),
    ),
)
