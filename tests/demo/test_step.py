"""A step of the demonstration and its outcome."""

from __future__ import annotations

import httpx
import pytest

from landbridge.demo.step import Outcome, Step, played, seen
from landbridge.faults import FaultError, fault


def test_a_step_holds_when_it_got_what_was_expected() -> None:
    assert played(Step("read", "200", lambda: Outcome("200"))).ok
    assert not played(Step("read", "200", lambda: Outcome("503 tunnel.lost", "tunnel.lost"))).ok


def test_preparation_comes_first_and_is_not_counted() -> None:
    done: list[str] = []

    def play() -> Outcome:
        return Outcome(", ".join(done))

    assert played(Step("read", "broken", play, lambda: done.append("broken"))).ok


@pytest.mark.parametrize("where", ["prepare", "play"])
def test_a_named_fault_is_an_outcome(where: str) -> None:
    def fail() -> Outcome:
        raise FaultError(fault("fault.unknown", code="x", nearest="nothing"))

    good = Outcome("200")
    step = Step("s", "200", lambda: good, lambda: void(fail())) if where == "prepare" else Step("s", "200", fail)
    result = played(step)
    assert (result.ok, result.fault) == (False, "fault.unknown")


def void(_: object) -> None:
    pass


def test_an_error_of_the_network_is_an_outcome() -> None:
    def fail() -> Outcome:
        raise httpx.ConnectError("refused")

    assert played(Step("s", "200", fail)).got == "ConnectError: refused"


def test_our_answers_are_told_from_the_backends() -> None:
    ours = httpx.Response(502, headers={"X-Internal-Error-Code": "backend.refused"})
    theirs = httpx.Response(502)
    assert seen(ours, "text") == Outcome("502 backend.refused", "backend.refused")
    assert seen(theirs, "text") == Outcome("502 text")
