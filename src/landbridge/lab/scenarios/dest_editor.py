"""dest.ui-load: the editor of destinations stays empty for somebody (failure-catalogue, row 35)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from landbridge.administration.desk import INSTALLATION
from landbridge.api.people import RoleWish
from landbridge.lab.scenario import HEALTHY, Scenario, Stage
from landbridge.lab.scenarios.conn_401 import ALICE, alice
from landbridge.lab.scenarios.world_stage import Story, check, stage
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


_CHANGES = ("--changes",)
_BOTH = ("--changes", "--instance", "destination")


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
    Scenario(
        FAILURE,
        "stale-session",
        stage(Story("Roles since the login.", connector=False, prepare=_later, command=check("--person", ALICE))),
    ),
    Scenario("dest.403", "scope-lacking", _with("No role.", options=_CHANGES)),
    Scenario("dest.403", "viewer-writes", _with("A viewer changes.", Role.DESTINATION_VIEWER, options=_CHANGES)),
    Scenario(
        "dest.403",
        "wrong-level",
        _with("A role for one instance.", Role.DESTINATION_ADMINISTRATOR, options=_BOTH, instance="destination"),
    ),
    Scenario(HEALTHY, "editor", _with("Both roles.", *_PAIR)),
)
