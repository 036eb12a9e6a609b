"""What a check makes of what a connector says, and does not say."""

from __future__ import annotations

from typing import Any, cast

import pytest

from landbridge.checks.diallers import DirectDialler
from landbridge.checks.evidence import Effect, Evidence, Layer, Step, Target, stored
from landbridge.checks.inquiry import Inquiry
from landbridge.checks.observations import ConnectorAsked, DestinationSeen
from landbridge.checks.probe import Scene
from landbridge.checks.probes.on_premise import OnPremise
from landbridge.checks.surroundings import Found, Surroundings, Wish
from landbridge.faults import FaultError, fault
from landbridge.net.clock import system_clock

pytestmark = pytest.mark.anyio

TARGET = Target(protocol="smtp", host="mail.virtual", port=25, location="location:")


class Connector:
    """A connector that gives these answers, one after the other, and the last one for ever."""

    def __init__(self, *answers: str | FaultError) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def look(self, *question: Any) -> str:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if isinstance(answer, FaultError):
            raise answer
        return answer


def evidence(*probes: str) -> str:
    steps = tuple(Step(probe=name, layer=Layer.PROTOCOL, effect=Effect.SAFE) for name in probes)
    return stored(Evidence(target=TARGET, at=0, steps=steps)).decode()


async def asked(connector: Connector, inquiry: Inquiry | None, kind: str = "TCP", seconds: float = 5) -> ConnectorAsked:
    seen = DestinationSeen(name="MAIL", type=kind, proxy_type="OnPremise")
    wish = Wish(name="MAIL", seconds=seconds)
    stage = OnPremise(cast("Surroundings", connector), wish, Found(seen, {}), TARGET, inquiry)
    scene = Scene(target=TARGET, dialler=DirectDialler(), clock=system_clock, seconds=seconds)
    probe = next(one for one in stage.probes() if one.name == "look")
    (fact,) = await probe.look(scene, Evidence(target=TARGET, at=0))
    assert isinstance(fact, ConnectorAsked)
    return fact


async def test_an_old_connector_that_leaves_the_question_out_is_no_good_news() -> None:
    fact = await asked(Connector(evidence("connector", "mapping", "backend")), Inquiry(target=TARGET))
    assert (fact.good, fact.code) == (False, "connector.probes-unknown")
    assert "update it" in fact.line


async def test_a_connector_that_asked_is() -> None:
    fact = await asked(Connector(evidence("connector", "backend", "dialog")), Inquiry(target=TARGET))
    assert fact.good


async def test_a_busy_connector_is_asked_again() -> None:
    busy = FaultError(fault("connector.probes-busy", number=4))
    connector = Connector(busy, busy, evidence("backend", "dialog"))
    assert (await asked(connector, Inquiry(target=TARGET))).good
    assert connector.asked == 3


@pytest.mark.parametrize(("kind", "good"), [("TCP", False), ("HTTP", True)])
async def test_a_connector_that_stays_busy_says_nothing_of_the_backend(kind: str, good: bool) -> None:
    """Where a request through the door tells enough, its silence is no trouble."""
    connector = Connector(FaultError(fault("connector.probes-busy", number=4)))
    fact = await asked(connector, None, kind)
    assert (fact.good, fact.code) == (good, "connector.probes-busy")
    assert connector.asked > 2


async def test_other_refusals_are_final() -> None:
    connector = Connector(FaultError(fault("connector.probes-off")))
    assert not (await asked(connector, Inquiry(target=TARGET))).good
    assert connector.asked == 1
