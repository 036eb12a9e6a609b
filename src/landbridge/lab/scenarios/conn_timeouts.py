"""The three time-outs: no connector, a slow line, a slow backend (failure-catalogue, rows 28 to 30)."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from landbridge.checks.rules.conn_timeout_backend import BUSY
from landbridge.connector.enrol import enrol
from landbridge.connector.settings import ConnectorSettings
from landbridge.connector.state.configuration import save_configuration
from landbridge.connector.state.files import load_state
from landbridge.lab.possible import on_linux, with_signals
from landbridge.lab.scenario import HEALTHY, Scenario
from landbridge.lab.scenarios.world_stage import Behind, Connect, Story, backend, behind, check, stage
from landbridge.lab.servers.blocking import listening, read_on
from landbridge.lab.servers.relay import Relay, relay
from landbridge.lab.servers.web import Call, answer, web
from landbridge.model.landscape import ConnectorContent
from landbridge.testing.world import PATIENCE, World

SHORT = "0.6"
"""Seconds for each measurement, so that silence is not long."""
MEDIUM = "2"
"""The same, where the system needs time to send again what is not acknowledged."""
SLOW = 0.3
"""Seconds by which the relay delays each direction."""
NEAR = 0.03
"""The same, for a line that is neither slow nor quick."""
MEMORY = 0.7
"""Seconds for which a relay remembers a connection without bytes: half an hour, in small."""


def through(change: Callable[[Relay], None]) -> Connect:
    """The tunnel goes through a relay, which changes once the tunnel is there."""

    async def connect(running: World, content: ConnectorContent) -> object:
        folder = running.folder / f"connector-{content.name}"
        await enrol(await running.cloud.invite(content.subaccount_id, content.location_id), folder)
        between = await running.stack.enter_async_context(relay("127.0.0.1", running.cloud.gateway.tunnel_port))
        state = replace(load_state(folder), gateways=(f"localhost:{between.port}",))
        connector = await running.run_connector(content, state)
        async with asyncio.timeout(PATIENCE):
            while len(connector.connector.sessions) < running.connector_settings.connections:
                await connector.next_event()
        change(between)
        return connector

    return connect


def _cut_one(between: Relay) -> None:
    between.cut_off(1)


@asynccontextmanager
async def _behind_forgetful(running: World, folder: Path) -> AsyncIterator[Behind]:
    """The backend, and before it something that forgets connections that rest."""
    async with relay("127.0.0.1", running.backend.port) as between:
        between.memory = MEMORY
        yield Behind((behind(between.port),))


async def _frozen(running: World, content: ConnectorContent) -> object:
    """The connector is a program of its own, and frozen as soon as it is connected."""
    folder = running.folder / f"connector-{content.name}"
    await enrol(await running.cloud.invite(content.subaccount_id, content.location_id), folder)
    save_configuration(folder, content)
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "landbridge", "connector", "run", "--state", str(folder)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    running.stack.push_async_callback(program.wait)
    running.stack.callback(program.kill)
    async with asyncio.timeout(PATIENCE):
        await running.cloud.gateway.wait_for_connector(content.subaccount_id, content.location_id)
    program.send_signal(signal.SIGSTOP)
    return program


def _near(between: Relay) -> None:
    between.delay = NEAR


async def _chatty(running: World, folder: Path) -> Sequence[str]:
    """An application asks one thing after the other, all the time."""
    token = await running.token()

    async def asking() -> None:
        headers = {"Proxy-Authorization": f"Bearer {token}", "Host": "erp.virtual"}
        host, port = running.door
        while True:
            await running.http.get(f"http://{host}:{port}/", headers=headers)

    task = asyncio.create_task(asking())

    async def silence() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    running.stack.push_async_callback(silence)
    return ()


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
        stage(Story("The connector is frozen.", connect=_frozen, command=check("--timeout", MEDIUM))),
        missing=with_signals,
    ),
    Scenario(
        "conn.timeout-noconn",
        "zombie-tunnel",
        stage(
            Story(
                "What is sent to the connector is lost on the way.",
                connect=through(Relay.cut_off),
                command=check("--timeout", MEDIUM),
            )
        ),
        "lost",
        on_linux,
    ),
    Scenario(
        "conn.timeout-noconn",
        "zombie-tunnel",
        stage(
            Story(
                "One of two connections is lost.",
                connect=through(_cut_one),
                connector_settings=ConnectorSettings(connections=2),
                command=check("--timeout", MEDIUM),
            )
        ),
        "one-of-two",
        on_linux,
    ),
    Scenario(
        "conn.timeout-latency",
        "many-round-trips",
        stage(
            Story(
                "An application asks one thing after the other.",
                connect=through(_near),
                prepare=_chatty,
                command=check("--watch", "3"),
            )
        ),
    ),
    Scenario(
        HEALTHY,
        "on-premise",
        stage(Story("Hardly anything goes through.", connect=through(_near), command=check("--watch", "0.5"))),
        "watched",
    ),
    Scenario(
        "conn.timeout-backend",
        "idle-firewall",
        stage(
            Story(
                "Something before the backend forgets connections that rest.",
                backend=_behind_forgetful,
                command=check("--timeout", SHORT, "--idle", "1.2"),
            )
        ),
    ),
    Scenario(HEALTHY, "on-premise", stage(Story("A connection rests.", command=check("--idle", "0.5"))), "rested"),
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
