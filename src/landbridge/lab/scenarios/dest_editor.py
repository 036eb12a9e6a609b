"""dest.ui-load: the editor of destinations stays empty for somebody (failure-catalogue, row 35)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from landbridge.administration.desk import INSTALLATION
from landbridge.api.admin_subaccounts import InstanceChange
from landbridge.api.people import RoleWish
from landbridge.lab.scenario import HEALTHY, Scenario, Stage
from landbridge.lab.scenarios.conn_401 import ALICE, alice
from landbridge.lab.scenarios.world_stage import Prepare, Story, check, stage
from landbridge.model.role import Role
from landbridge.testing.world import World

FAILURE = "dest.ui-load"
_PAIR = (Role.DESTINATION_VIEWER, Role.CERTIFICATE_VIEWER)


async def _give(running: World, *roles: Role, instance: str = "") -> None:
    for role in roles:
        people = running.cloud.administration.of(INSTALLATION).people
        await people.give_role("acme", RoleWish(person=ALICE, role=role, instance=instance))


def _with(text: str, *roles: Role, options: Sequence[str] = (), instance: str = "") -> Stage:
    async def prepare(running: World, folder: Path) -> Sequence[str]:
        await _give(running, *roles, instance=instance)
        return options

    return stage(Story(text, connector=False, prepare=prepare, command=check("--person", ALICE)))


async def _without_table(running: World, folder: Path) -> Sequence[str]:
    """Certificates cannot be read any more."""
    await _give(running, *_PAIR)
    with closing(sqlite3.connect(next(running.cloud.settings.data.glob("*.db")))) as file:
        file.execute("DROP TABLE certificates")
    return ()


def _editor(text: str, prepare: Prepare, **settings: object) -> Stage:
    return stage(Story(text, connector=False, prepare=prepare, command=check("--person", ALICE), settings=settings))


async def _both_roles(running: World, folder: Path) -> Sequence[str]:
    await _give(running, *_PAIR)
    return ()


_CHANGES = ("--changes",)
_INSTANCE = ("--instance", "destination")
_BOTH = ("--changes", *_INSTANCE)


async def _subscribed(running: World, folder: Path) -> Sequence[str]:
    """A provider lets people of its subscribers see an instance who have a scope of its own; this person has not."""
    tenancy = running.cloud.administration.of(INSTALLATION).tenancy
    scopes = {"read_scopes": ["orders.Keeper"]}
    access = {"subscriber_access": {"destination": scopes, "certificate": scopes}}
    await tenancy.configure_instance("globex", "destination", InstanceChange(config=access))
    await tenancy.subscribe("acme", "globex", "app-globex")
    (provider,) = [one for one in await tenancy.instances("globex") if one["name"] == "destination"]
    await _give(running, *_PAIR)
    return ("--instance", str(provider["id"]))


async def _later(running: World, folder: Path) -> Sequence[str]:
    """The roles come after the login."""
    file = folder / "session.jwt"
    file.write_text(await alice(running))
    await _give(running, *_PAIR)
    return ("--session", str(file))


SCENARIOS = (
    Scenario(FAILURE, "roles-missing", _with("No role.")),
    Scenario(FAILURE, "half-of-the-pair", _with("One role.", Role.DESTINATION_VIEWER), "destinations"),
    Scenario(FAILURE, "half-of-the-pair", _with("The other role.", Role.CERTIFICATE_VIEWER), "certificates"),
    Scenario(FAILURE, "instance-roles", _editor("None for an instance.", _subscribed)),
    Scenario(FAILURE, "api-error", _editor("A list cannot be read.", _without_table), "storage"),
    Scenario(
        FAILURE,
        "api-error",
        _editor("It asks too often.", _both_roles, request_rate=0.001, request_burst=1),
        "throttled",
    ),
    Scenario(FAILURE, "stale-session", _editor("Roles since the login.", _later)),
    Scenario("dest.403", "scope-lacking", _with("No role.", options=_CHANGES)),
    Scenario("dest.403", "viewer-writes", _with("A viewer changes.", Role.DESTINATION_VIEWER, options=_CHANGES)),
    Scenario(
        "dest.403",
        "wrong-level",
        _with("A role for one instance.", Role.DESTINATION_ADMINISTRATOR, options=_BOTH, instance="destination"),
    ),
    Scenario(HEALTHY, "editor", _with("Both roles.", *_PAIR)),
    Scenario(HEALTHY, "editor", _with("They hold for instances too.", *_PAIR, options=_INSTANCE), "instance"),
)
