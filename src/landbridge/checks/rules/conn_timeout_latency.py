"""conn.timeout-latency: the line between gateway and connector takes the time (failure-catalogue, row 29)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.on_premise import SLOW_LINE, Way, through_connector, through_door, way

MANY = 20
"""Requests of one action from which on they count as many."""
LOST = 1.0
"""Seconds that an action loses on the line from which on that counts."""
AT_ONCE = 1.5
"""Open requests, on average, up to which they count as made one after the other: more are of several callers."""


def _applies(evidence: Evidence) -> bool:
    seen = way(evidence)
    return through_connector(evidence) and (seen.line >= SLOW_LINE or _waits_for_line(seen))


def _on_line(seen: Way) -> float:
    """Seconds that the watched requests were on the line: one round trip each."""
    return seen.watched.requests * seen.line / 1000 if seen.watched is not None else 0.0


def _waits_for_line(seen: Way) -> bool:
    """Whether many requests were made one after the other, and what they waited for was mostly the line."""
    watched = seen.watched
    if watched is None or watched.requests < MANY or watched.waited > AT_ONCE * watched.seconds:
        return False
    return _on_line(seen) >= max(LOST, watched.waited / 2)


def _slow_line(evidence: Evidence) -> Verdict:
    """Every round trip takes long."""
    seen = way(evidence)
    if seen.line < SLOW_LINE:
        return Not(f"a round trip through the tunnel takes {seen.line:g} ms")
    trips = ", ".join(f"{one:g}" for one in seen.pinged.round_trips) if seen.pinged is not None else ""
    own = seen.answered.milliseconds if seen.answered is not None and seen.answered.good else 0.0
    backend = (f"the backend itself answers within {own:g} ms",) if own else ()
    return Holds((f"round trips through the tunnel take {trips} ms", *backend, *through_door(seen)))


def _many_trips(evidence: Evidence) -> Verdict:
    """Each of them is quick, and there are many, one after the other."""
    seen = way(evidence)
    if not _waits_for_line(seen) or seen.watched is None:
        return Not("a single request is slow already")
    watched = seen.watched
    if seen.line >= SLOW_LINE:
        return None
    counted = f"{watched.requests} requests went through the tunnel in {watched.seconds:g} seconds, one after the other"
    share = f"of {watched.waited:g} seconds that they were open, {_on_line(seen):.1f} are round trips of the line"
    return Holds((counted, f"a round trip takes {seen.line:g} ms", share))


BOOK = Book(
    "conn.timeout-latency",
    _applies,
    (
        Rule("slow-line", Layer.TUNNEL, "network", _slow_line),
        Rule("many-round-trips", Layer.APPLICATION, "caller", _many_trips),
    ),
)
