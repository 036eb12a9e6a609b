"""Which of the time-outs it is, by what was measured."""

from __future__ import annotations

from landbridge.checks.evidence import Effect, Evidence, Layer, Step, Target
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import (
    ConnectionRested,
    ConnectorsListed,
    DoorAnswered,
    Observation,
    TrafficWatched,
    TunnelPinged,
)
from landbridge.checks.observations.destination import Connected
from landbridge.checks.observations.tunnel import LinkSeen
from landbridge.checks.rules import conn_timeout_backend, conn_timeout_latency, conn_timeout_noconn
from landbridge.checks.rules.book import Holds

LISTED = ConnectorsListed(
    subaccount="acme",
    location="",
    connected=(Connected(location="", connector="c", agent_version="1", compat_version="2.19.0", since=0.0),),
)
BOOKS = (conn_timeout_noconn.BOOK, conn_timeout_latency.BOOK, conn_timeout_backend.BOOK)
QUICK = DoorAnswered(method="HEAD", status=200, milliseconds=3.0)


def named(*facts: Observation) -> dict[str, Confidence]:
    """The causes that hold, with how sure that is."""
    step = Step(probe="all", layer=Layer.TUNNEL, effect=Effect.SAFE, seen=(LISTED, *facts))
    target = Target(protocol="destination", host="erp.virtual", port=80, location="location:")
    evidence = Evidence(target=target, at=0.0, steps=(step,))
    judged = [pair for book in BOOKS for pair in book.judged(evidence)]
    return {rule.cause: verdict.confidence for rule, verdict in judged if isinstance(verdict, Holds)}


def pinged(*links: LinkSeen) -> TunnelPinged:
    times = tuple(one.round_trip for one in links if one.good)
    return TunnelPinged(round_trips=times, seconds=0.0 if times else 1.0, links=links)


def test_a_silent_connector_by_what_its_machine_acknowledges() -> None:
    assert named(pinged(LinkSeen(resent=0))) == {"half-dead": Confidence.PROVEN}
    assert named(pinged(LinkSeen(resent=2))) == {"zombie-tunnel": Confidence.PROVEN}
    assert named(pinged(LinkSeen())) == {"half-dead": Confidence.CONSISTENT}, "the system does not tell"
    assert named(pinged()) == {"half-dead": Confidence.CONSISTENT}, "evidence of an older release"


def test_one_connection_of_several() -> None:
    assert named(pinged(LinkSeen(round_trip=1.0), LinkSeen())) == {"zombie-tunnel": Confidence.PROVEN}
    assert named(pinged(LinkSeen(round_trip=1.0), LinkSeen(round_trip=2.0))) == {}
    assert named(pinged(LinkSeen(resent=0), LinkSeen(resent=3))) == {"zombie-tunnel": Confidence.PROVEN}


def watched(requests: int, waited: float, round_trip: float) -> dict[str, Confidence]:
    traffic = TrafficWatched(seconds=10.0, requests=requests, waited=waited)
    return named(pinged(LinkSeen(round_trip=round_trip)), traffic, QUICK)


def test_requests_one_after_the_other() -> None:
    assert watched(100, 9.0, 60.0) == {"many-round-trips": Confidence.PROVEN}
    assert watched(10, 9.0, 60.0) == {}, "few"
    assert watched(100, 9.0, 1.0) == {}, "a quick line"
    assert watched(100, 60.0, 60.0) == {}, "of many callers at once"
    assert watched(30, 9.5, 100.0) == {}, "most of the time is not the line's"
    assert watched(100, 9.0, 600.0) == {"slow-line": Confidence.PROVEN}, "each single one is slow already"


def rested(after: int = 0, anew: int = 200, before: int = 200, code: str = "") -> dict[str, Confidence]:
    fact = ConnectionRested(seconds=60.0, before=before, after=after, anew=anew, code=code)
    return named(pinged(LinkSeen(round_trip=1.0)), QUICK, fact)


def test_a_connection_that_rested() -> None:
    assert rested() == {"idle-firewall": Confidence.PROVEN}
    assert rested(after=504, code="backend.silent") == {"idle-firewall": Confidence.PROVEN}
    assert rested(after=200) == {}
    assert rested(after=500) == {}, "an answer is an answer"
    assert rested(anew=0) == {}, "a new one is not answered either"
    assert rested(before=0) == {}, "it could not rest"
