"""The three time-outs: no connector, a slow line, a slow backend (failure-catalogue, rows 28 to 30)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from landbridge.checks.rules.conn_timeouts import BUSY
from landbridge.connector.enrol import enrol
from landbridge.connector.state.files import load_state
from landbridge.lab.scenario import Scenario
from landbridge.lab.scenarios.world_stage import Connect, Story, backend, check, stage
from landbridge.lab.servers.blocking import listening, read_on
from landbridge.lab.servers.relay import Relay, relay
from landbridge.lab.servers.web import Call, answer, web
from landbridge.model.landscape import ConnectorContent
from landbridge.testing.world import World

SHORT = "0.6"
"""Seconds for each measurement, so that silence is not long."""
SLOW = 0.3
"""Seconds by which the relay delays each direction."""


def through(change: Callable[[Relay], None]) -> Connect:
    """The tunnel goes through a relay, which changes once the tunnel is there."""

    async def connect(running: World, content: ConnectorContent) -> object:
        folder = running.folder / f"connector-{content.name}"
        await enrol(await running.cloud.invite(content.subaccount_id, content.location_id), folder)
        between = await running.stack.enter_async_context(relay("127.0.0.1", running.cloud.gateway.tunnel_port))
        state = replace(load_state(folder), gateways=(f"localhost:{between.port}",))
        connector = await running.run_connector(content, state)
        change(between)
        return connector

    return connect


def _stall(between: Relay) -> None:
    between.stalled = True


def _slow(between: Relay) -> None:
    between.delay = SLOW


def _late(call: Call) -> bytes:
    """Later than the caller waits, sooner than the check does."""
    time.sleep(0.9)
    return answer(200, body="at last")


async def _crowd(running: World, folder: Path) -> Sequence[str]:
    """Many requests are open, and none is answered."""
    token = await running.token()
    head = f"GET http://erp.virtual/ HTTP/1.1\r\nHost: erp.virtual\r\nProxy-Authorization: Bearer {token}\r\n\r\n"
    for _ in range(BUSY + 5):
        _, writer = await asyncio.open_connection(*running.door)
        writer.write(head.encode())
        running.stack.callback(writer.close)
    (session,) = running.connectors["plant"].connector.sessions
    with suppress(TimeoutError):
        async with asyncio.timeout(10):
            while session.busy < BUSY:  # noqa: ASYNC110 - requests cross the tunnel
                await asyncio.sleep(0.02)
    return ()


SCENARIOS = (
    Scenario(
        "conn.timeout-noconn",
        "half-dead",
        stage(
            Story(
                "The tunnel is open, and nothing comes through.",
                connect=through(_stall),
                command=check("--timeout", SHORT),
            )
        ),
    ),
    Scenario(
        "conn.timeout-latency",
        "slow-line",
        stage(Story("Every way takes a third of a second.", connect=through(_slow))),
    ),
    Scenario(
        "conn.timeout-backend",
        "slow-backend",
        stage(
            Story(
                "It listens, and says nothing.",
                backend=backend(partial(listening, read_on)),
                command=check("--timeout", SHORT),
            )
        ),
    ),
    Scenario(
        "conn.timeout-backend",
        "client-timeout-smaller",
        stage(
            Story(
                "It answers a little later.",
                backend=backend(partial(listening, web(_late))),
                command=check("--timeout", SHORT),
            )
        ),
    ),
    Scenario(
        "conn.timeout-backend",
        "overloaded",
        stage(
            Story(
                "Many requests wait for it.",
                backend=backend(partial(listening, read_on)),
                prepare=_crowd,
                command=check("--timeout", SHORT),
            )
        ),
    ),
)
