"""avail.*: what only the official availability check has a name for (failure-catalogue, rows 39 and 40)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from landbridge.connector.settings import ConnectorSettings
from landbridge.lab.scenario import Scenario
from landbridge.lab.scenarios.world_stage import Story, on_premise, stage
from landbridge.model.landscape import ConnectorContent
from landbridge.testing.world import ACME, World, erp_mapping


async def _other_has_it(running: World, folder: Path) -> Sequence[str]:
    content = ConnectorContent("second", ACME, "B", mappings=(erp_mapping(running.backend.port),))
    await running.add_connector(content)
    return ()


SCENARIOS = (
    Scenario(
        "avail.undetermined",
        "connector-too-old",
        stage(Story("It says 2.7.0.", connector_settings=ConnectorSettings(compat_version="2.7.0"))),
    ),
    Scenario(
        "avail.undetermined", "not-configured", stage(Story("It has no mapping at all.", mappings=lambda running: ()))
    ),
    Scenario(
        "avail.no-mapping",
        "other-location",
        stage(
            Story(
                "Another connector has the mapping.",
                on_premise(CloudConnectorLocationId="A"),
                mappings=lambda running: (replace(erp_mapping(running.backend.port), virtual_host="crm.virtual"),),
                location="A",
                prepare=_other_has_it,
            )
        ),
    ),
)
