"""Two who create the same destination: at once, or one after the other."""

from __future__ import annotations

from landbridge.checks.evidence import Effect, Evidence, Layer, Step, Target
from landbridge.checks.observations import NamesTaken
from landbridge.checks.observations.destination import Attempt
from landbridge.checks.rules import dest_names
from landbridge.checks.rules.book import Holds


def named(*attempts: Attempt) -> list[str]:
    """The causes that hold where the name is taken, and somebody wants to create it."""
    seen = NamesTaken(wanted=1, taken=("ERP",), attempts=attempts)
    step = Step(probe="names", layer=Layer.AUTHORISATION, effect=Effect.SAFE, seen=(seen,))
    target = Target(protocol="destination", host="ERP", port=0)
    judged = dest_names.BOOK.judged(Evidence(target=target, at=0.0, steps=(step,)))
    return [rule.cause for rule, verdict in judged if isinstance(verdict, Holds)]


def attempt(time: float, *, done: bool = False, name: str = "ERP") -> Attempt:
    return Attempt(name=name, time=time, by="somebody", done=done)


def test_at_once() -> None:
    assert named(attempt(100.0, done=True), attempt(101.9)) == ["concurrent"]
    assert named(attempt(99.5), attempt(100.0, done=True)) == ["concurrent"], "records may cross"


def test_one_after_the_other() -> None:
    assert named(attempt(100.0, done=True), attempt(103.0)) == ["exists"]
    assert named(attempt(100.0, done=True)) == ["exists"]
    assert named() == ["exists"], "nothing is on record"


def test_another_name_is_no_race() -> None:
    assert named(attempt(100.0, done=True), attempt(100.1, name="CRM")) == ["exists"]
