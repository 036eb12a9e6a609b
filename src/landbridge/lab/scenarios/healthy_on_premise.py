"""Destinations behind connectors with which nothing is wrong."""

from __future__ import annotations

from landbridge.lab.scenario import HEALTHY, Scenario
from landbridge.lab.scenarios.conn_403 import exposing
from landbridge.lab.scenarios.world_stage import Story, on_premise, stage
from landbridge.model.landscape import ProbeScope
from landbridge.model.mapping import Resource

SCENARIOS = (
    Scenario(HEALTHY, "on-premise", stage(Story("As it should be."))),
    Scenario(
        HEALTHY,
        "on-premise",
        stage(Story("With a location id.", on_premise(CloudConnectorLocationId="A"), location="A")),
        "location",
    ),
    Scenario(
        HEALTHY, "on-premise", exposing("A resource of many.", "/echo/x", Resource("/a"), Resource("/echo")), "path"
    ),
    Scenario(
        HEALTHY, "on-premise", stage(Story("No probes are allowed.", content={"probes": ProbeScope.OFF})), "no-probes"
    ),
    Scenario(
        HEALTHY,
        "on-premise",
        stage(Story("Probes tell everything.", content={"probes_tell_internal": True})),
        "tell-internal",
    ),
    Scenario(
        HEALTHY,
        "on-premise",
        stage(
            Story("A user and a password.", on_premise(Authentication="BasicAuthentication", User="a", Password="b"))
        ),
        "basic",
    ),
)
