"""conn.503: no connector serves the request (failure-catalogue, row 23)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from landbridge.lab.scenario import Scenario
from landbridge.lab.scenarios.world_stage import Story, on_premise, stage
from landbridge.model.landscape import ConnectorContent
from landbridge.testing.world import GLOBEX, PATIENCE, World, erp_mapping

FAILURE = "conn.503"


async def _foreign_token(running: World, folder: Path) -> Sequence[str]:
    file = folder / "proxy.jwt"
    file.write_text(await running.token("globex"))
    return ("--proxy-token", str(file))


async def _elsewhere(running: World, folder: Path) -> Sequence[str]:
    mappings = (erp_mapping(running.backend.port),)
    await running.add_connector(ConnectorContent("other", GLOBEX, mappings=mappings))
    return ()


async def comes_back(running: World, folder: Path) -> Sequence[str]:
    """The connector is lost, and back as soon as somebody was turned away."""
    plant = running.connectors["plant"]
    await plant.connector.stop()
    await plant.done
    running.cloud.gateway.disconnect(plant.state.connector_id)

    async def back() -> None:
        door = running.cloud.gateway.door
        while not any(code == "tunnel.no-connector" for code in door.counters.refusals):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
        await running.run_connector(plant.content, plant.state)

    task = asyncio.create_task(back())
    running.stack.callback(task.cancel)
    return ()


async def _killed(running: World, folder: Path) -> Sequence[str]:
    """The connector's program ends from one moment to the next, and nobody starts it again."""
    plant = running.connectors["plant"]
    plant.done.cancel()
    plant.connector.abort()
    async with asyncio.timeout(PATIENCE):
        while running.cloud.gateway.connectors():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    return ()


SCENARIOS = (
    Scenario(FAILURE, "not-connected", stage(Story("The connector is not there.", connector=False))),
    Scenario(FAILURE, "not-connected", stage(Story("It was killed just now.", prepare=_killed)), "killed"),
    Scenario(
        FAILURE,
        "wrong-location",
        stage(Story("The destination asks for another id.", on_premise(CloudConnectorLocationId="B"), location="A")),
        "other",
    ),
    Scenario(FAILURE, "wrong-location", stage(Story("The destination asks for none.", location="A")), "empty"),
    Scenario(
        FAILURE,
        "wrong-location",
        stage(Story("Letter case.", on_premise(CloudConnectorLocationId="PLANT"), location="plant")),
        "case",
    ),
    Scenario(
        FAILURE, "token-other-subaccount", stage(Story("The token is of a neighbour.", prepare=_foreign_token)), "token"
    ),
    Scenario(FAILURE, "reconnect-window", stage(Story("It was lost, and is coming back.", prepare=comes_back))),
)
