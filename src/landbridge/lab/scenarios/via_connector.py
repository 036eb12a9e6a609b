"""outbound.http-503 and outbound.http-403-onprem, of systems without a destination (failure-catalogue, rows 19, 20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from landbridge.lab.scenario import HEALTHY, Scenario, Stage
from landbridge.lab.scenarios.conn_403 import beside
from landbridge.lab.scenarios.conn_503 import comes_back
from landbridge.lab.scenarios.world_stage import Command, Story, stage
from landbridge.model.mapping import Resource
from landbridge.testing.world import World, erp_mapping

GONE, DENIED = "outbound.http-503", "outbound.http-403-onprem"


def _via(target: str = "http://erp.virtual:80/", *options: str) -> Command:
    return ("probe", "via", target, "--subaccount", "acme", *options)


def _exposing(text: str, path: str, *resources: Resource) -> Stage:
    command = _via(f"http://erp.virtual:80{path}")
    return stage(
        Story(text, None, mappings=lambda running: (erp_mapping(running.backend.port, *resources),), command=command)
    )


_HTTP = ("probe", "http", "erp.virtual:80", "--subaccount", "acme", "--location", "")


async def _neighbours_token(running: World, folder: Path) -> Sequence[str]:
    file = folder / "proxy.jwt"
    file.write_text(await running.token("globex"))
    return ("--proxy-token", str(file))


async def _own_token(running: World, folder: Path) -> Sequence[str]:
    file = folder / "proxy.jwt"
    file.write_text(await running.token("acme"))
    return ("--proxy-token", str(file))


SCENARIOS = (
    Scenario(
        GONE,
        "token-other-subaccount",
        stage(Story("The token is of a neighbour.", None, prepare=_neighbours_token, command=_via())),
    ),
    Scenario(
        HEALTHY, "via", stage(Story("With a token of its own.", None, prepare=_own_token, command=_via())), "token"
    ),
    Scenario(GONE, "no-connector", stage(Story("It is not there.", None, connector=False, command=_via()))),
    Scenario(GONE, "wrong-location", stage(Story("Another id.", None, location="A", command=_via()))),
    Scenario(GONE, "reconnect-window", stage(Story("It is coming back.", None, prepare=comes_back, command=_via()))),
    Scenario(DENIED, "host-not-mapped", stage(Story("Another port.", None, command=_via("http://erp.virtual:81/")))),
    Scenario(DENIED, "path-not-exposed", _exposing("Letter case.", "/SAP", Resource("/sap"))),
    Scenario(DENIED, "path-only", _exposing("Only itself.", "/sap/x", Resource("/sap", exact_match_only=True))),
    Scenario(DENIED, "resource-inactive", _exposing("Switched off.", "/sap", Resource("/sap", enabled=False))),
    Scenario(
        DENIED,
        "duplicate-location",
        stage(
            Story(
                "Two connectors have one location id.",
                None,
                mappings=lambda running: (replace(erp_mapping(running.backend.port), virtual_host="crm.virtual"),),
                prepare=beside,
                command=_via(),
            )
        ),
    ),
    Scenario(HEALTHY, "via", stage(Story("The same, with probe http.", None, command=_HTTP)), "probe-http"),
    Scenario(HEALTHY, "via", stage(Story("A system behind a connector.", None, command=_via())), "http"),
)
