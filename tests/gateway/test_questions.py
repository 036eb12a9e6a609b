"""Questions to a connector: answered in pieces, bounded in number, size and time."""

from __future__ import annotations

import asyncio

import pytest

from landbridge.faults import FaultError, fault
from landbridge.gateway.questions import AT_ONCE, LARGEST, Questions
from landbridge.wire.messages import Probe, Probed, ProbeEnded

pytestmark = pytest.mark.anyio


class Line:
    """What was said to the connector."""

    def __init__(self) -> None:
        self.said: list[Probe | ProbeEnded] = []
        self.questions = Questions(self.said.append)

    def ask(self, patience: float = 5.0) -> asyncio.Task[str]:
        return asyncio.create_task(self.questions.ask("http", "erp.virtual", 80, "/", 1.0, patience))


async def code_of(asking: asyncio.Task[str]) -> str:
    with pytest.raises(FaultError) as caught:
        await asking
    return caught.value.fault.code


async def test_an_answer_comes_in_pieces() -> None:
    line = Line()
    asking = line.ask()
    await asyncio.sleep(0)
    (question,) = line.said
    line.questions.answered(Probed(question.id, "{", more=True))
    line.questions.answered(Probed("another", "nobody asked for this"))
    line.questions.answered(Probed(question.id, "}"))
    assert await asking == "{}"
    assert line.said == [question], "an answer that came needs no end"


async def test_a_refusal_is_the_fault_that_the_connector_names() -> None:
    line = Line()
    asking = line.ask()
    await asyncio.sleep(0)
    line.questions.answered(Probed(line.said[0].id, code="connector.probes-off"))
    assert await code_of(asking) == "connector.probes-off"


async def test_silence_ends_and_the_connector_is_told() -> None:
    line = Line()
    asking = line.ask(patience=0.01)
    assert await code_of(asking) == "connector.probe-unanswered"
    assert isinstance(line.said[-1], ProbeEnded)


async def test_an_answer_without_end_is_cut() -> None:
    line = Line()
    asking = line.ask()
    await asyncio.sleep(0)
    piece = "x" * (LARGEST // 4)
    for _ in range(5):
        line.questions.answered(Probed(line.said[0].id, piece, more=True))
    assert await code_of(asking) == "connector.probe-unreadable"


async def test_only_so_many_wait_at_once() -> None:
    line = Line()
    waiting = [line.ask() for _ in range(AT_ONCE)]
    await asyncio.sleep(0)
    assert await code_of(line.ask()) == "connector.probes-busy"
    line.questions.end(fault("tunnel.closed"))
    assert [await code_of(one) for one in waiting] == ["tunnel.closed"] * AT_ONCE
