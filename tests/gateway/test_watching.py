"""Traffic that is counted from outside: streams that were opened, and how long they were open."""

from __future__ import annotations

import asyncio

import pytest

from landbridge.gateway.watching import Traffic, watched
from landbridge.wire.mux import Mux

pytestmark = pytest.mark.anyio


def test_what_is_open_counts_for_as_long_as_it_is() -> None:
    mux, traffic = Mux(dialled=False), Traffic()
    mux.open()  # the one that controls
    traffic.look([mux], 0.0)
    mux.open(), mux.open()
    traffic.look([mux], 0.5)
    traffic.look([mux], 0.25)
    assert (traffic.opened, traffic.seconds) == (2, 1.5)


def test_connections_that_come_and_go() -> None:
    first, second, traffic = Mux(dialled=False), Mux(dialled=False), Traffic()
    traffic.look([first], 0.0)
    first.open()
    second.open()
    traffic.look([first, second], 1.0)
    second.open()
    traffic.look([second], 1.0)
    assert traffic.opened == 2, "what was opened before it was first seen is not counted"


async def test_watching_ends() -> None:
    mux = Mux(dialled=False)
    mux.open()
    asyncio.get_running_loop().call_later(0.02, mux.open)
    traffic = await watched(lambda: [mux], 0.1)
    assert traffic.opened == 1
    assert 0 < traffic.seconds < 1
