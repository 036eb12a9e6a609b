"""conn.403: the connector does not let it pass (failure-catalogue, row 26)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from landbridge.connector.enrol import enrol
from landbridge.connector.state.files import load_state
from landbridge.lab.scenario import HEALTHY, Scenario, Stage
from landbridge.lab.scenarios.world_stage import Story, check, on_premise, stage
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Resource
from landbridge.testing.world import ACME, World, erp_mapping

FAILURE = "conn.403"


def exposing(text: str, path: str, *resources: Resource, options: Sequence[str] = ()) -> Stage:
    """A mapping with those resources, and a destination with that path, looked at with those options."""
    return stage(
        Story(
            text,
            on_premise(f"http://erp.virtual:80{path}"),
            mappings=lambda running: (erp_mapping(running.backend.port, *resources),),
            command=check(*options),
        )
    )


async def beside(running: World, folder: Path) -> Sequence[str]:
    """A second connector of the same location id has the mapping; it is turned away."""
    content = ConnectorContent("second", ACME, mappings=(erp_mapping(running.backend.port),))
    state_folder = folder / "connector-second"
    await enrol(await running.cloud.invite(ACME, ""), state_folder)
    second = await running.run_connector(content, load_state(state_folder), wait=False)
    await second.next_event()
    return ()


_UPGRADE = ("--websocket",)

SCENARIOS = (
    Scenario(
        FAILURE,
        "websocket-flag",
        exposing("Its resource takes no upgrades.", "/websocket", Resource("/"), options=_UPGRADE),
    ),
    Scenario(
        HEALTHY,
        "on-premise",
        exposing("It takes upgrades.", "/websocket", Resource("/", websocket_upgrade_allowed=True), options=_UPGRADE),
        "websocket",
    ),
    Scenario(FAILURE, "system-missing", stage(Story("Another port.", on_premise("http://erp.virtual:8080/"))), "port"),
    Scenario(FAILURE, "system-missing", stage(Story("Another host.", on_premise("http://crm.virtual/"))), "host"),
    Scenario(FAILURE, "resource-missing", exposing("No resource covers it.", "/odata", Resource("/sap")), "path"),
    Scenario(FAILURE, "resource-missing", exposing("Letter case.", "/SAP/odata", Resource("/sap")), "case"),
    Scenario(
        FAILURE,
        "path-only",
        exposing("The resource covers itself alone.", "/sap/odata", Resource("/sap", exact_match_only=True)),
    ),
    Scenario(FAILURE, "resource-inactive", exposing("It is switched off.", "/sap", Resource("/sap", enabled=False))),
    Scenario(
        FAILURE,
        "duplicate-location",
        stage(
            Story(
                "Two connectors have one location id; the one with the mapping was turned away.",
                mappings=lambda running: (replace(erp_mapping(running.backend.port), virtual_host="crm.virtual"),),
                prepare=beside,
            )
        ),
    ),
)
