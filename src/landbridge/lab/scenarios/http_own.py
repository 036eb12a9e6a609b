"""Answers of landbridge itself, met by somebody who looks at it as at any other target."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from landbridge.lab.scenario import Scenario, Staged
from landbridge.testing.world import world


@asynccontextmanager
async def _door(folder: Path) -> AsyncIterator[Staged]:
    async with world(folder, connectors=[]) as running:
        host, port = running.door
        yield Staged(("probe", "http", f"http://{host}:{port}/orders"), "The door of the gateway, without a token.")


SCENARIOS = (Scenario("conn.407", "header-missing", _door, "door"),)
