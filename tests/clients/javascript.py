"""Applications with the SAP Cloud SDK for JavaScript: how tests run them and read what they saw."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.clients.node import require_node, require_packages
from tests.clients.programs import run_program
from tests.clients.stage import Stage

HERE = Path(__file__).parent
PROJECT = HERE / "sap_cloud_sdk_js"
HOSTS = HERE / "hosts.js"


@dataclass(frozen=True)
class Played:
    """What an application saw in its scenes, and the stage that it played on."""

    stage: Stage
    scenes: dict[str, Any]

    def texts(self, scene: str) -> str:
        """The messages of the error that the application got, the outer one first."""
        assert "error" in self.scenes[scene], self.scenes[scene]
        return "\n".join(cause["message"] for cause in self.scenes[scene]["error"])


def application() -> str:
    """The program that runs applications. Skips, or fails where tools are required."""
    node = require_node()
    require_packages(PROJECT)
    return node


async def play(node: str, stage: Stage, scenes: str) -> Played:
    """Run the scenes of a module."""
    environment = {
        **await stage.environment(),
        "NODE_EXTRA_CA_CERTS": str(stage.system.ca),
        "HOSTS": str(stage.hosts),
    }
    names = ("--require", HOSTS)
    return Played(stage, await run_program(node, *names, PROJECT / "application.js", scenes, env=environment))
