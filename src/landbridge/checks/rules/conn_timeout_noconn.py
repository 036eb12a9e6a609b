"""conn.timeout-noconn: a tunnel that is there, and answers nothing (failure-catalogue, row 28)."""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.finding import Confidence
from landbridge.checks.observations.tunnel import LinkSeen
from landbridge.checks.observations.wording import counted
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.on_premise import Way, through_connector, traffic_met, way


def _applies(evidence: Evidence) -> bool:
    seen = way(evidence)
    return through_connector(evidence) and (seen.is_dead or bool(_silent(seen)))


def _silent(seen: Way) -> tuple[LinkSeen, ...]:
    """Connections of the tunnel on which a ping is not answered."""
    return tuple(one for one in seen.pinged.links if not one.good) if seen.pinged is not None else ()


def _lost(seen: Way) -> tuple[LinkSeen, ...]:
    """Those of them whose other end is gone: its machine acknowledges nothing, or it answers over another one."""
    return tuple(one for one in _silent(seen) if one.resent > 0 or not seen.is_dead)


def _half_dead(evidence: Evidence) -> Verdict:
    """Connected, and silent."""
    seen = way(evidence)
    if not seen.is_dead or seen.connector is None:
        return Not("the connector answers")
    if _lost(seen):
        return Not("the machine at the other end does not even acknowledge what is sent")
    said = f"the connector is connected, and does not answer a ping; {_quiet(seen, _silent(seen))}"
    if not _silent(seen) or any(one.resent < 0 for one in _silent(seen)):
        return Holds((said, *traffic_met(seen)), Confidence.CONSISTENT)
    return Holds((said, "its machine acknowledges what is sent: the connection is there", *traffic_met(seen)))


def _zombie(evidence: Evidence) -> Verdict:
    """One end believes in a connection that the other has lost."""
    seen = way(evidence)
    silent, lost = _silent(seen), _lost(seen)
    if seen.is_dead and not silent:
        return None
    if not silent:
        return Not("every connection of the tunnel answers")
    if not lost:
        told = all(one.resent == 0 for one in silent)
        return Not("the machine at the other end acknowledges what is sent") if told else None
    if not seen.is_dead:
        all_of = len(seen.pinged.links) if seen.pinged is not None else 0
        said = f"the connector answers, but not over {len(lost)} of its {all_of} connections; {_quiet(seen, lost)}"
        return Holds((said,))
    again = max(one.resent for one in lost)
    said = f"what is sent is not acknowledged, and was sent again {counted(again, 'time')}; {_quiet(seen, lost)}"
    return Holds((said, *traffic_met(seen)), emitter="network")


def _quiet(seen: Way, links: Sequence[LinkSeen]) -> str:
    waited = seen.pinged.seconds if seen.pinged is not None else 0.0
    return f"nothing was heard for {waited + max((one.quiet for one in links), default=0.0):.1f} seconds"


def _absent(evidence: Evidence) -> Verdict:
    """Gone."""
    return Not("the connector is in the list") if way(evidence).connector is not None else None


def _other_location(evidence: Evidence) -> Verdict:
    """Another id."""
    return Not("a connector with that location id is connected") if way(evidence).connector is not None else None


BOOK = Book(
    "conn.timeout-noconn",
    _applies,
    (
        Rule("zombie-tunnel", Layer.TUNNEL, "network", _zombie),
        Rule("half-dead", Layer.TUNNEL, "connector", _half_dead),
        Rule("absent", Layer.TUNNEL, "gateway", _absent),
        Rule("wrong-location", Layer.TUNNEL, "gateway", _other_location),
    ),
)
