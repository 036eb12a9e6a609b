"""Stories run on the loop that the programs use; the core ones on the standard loop as well (`both_loops`)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from landbridge.testing.world import World, world
from tests.world.users import Stage, users_stage


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return ("asyncio", {"use_uvloop": True})


@pytest.fixture(scope="module")
async def shared(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world that the tests of one module share: they may use it, but not break or change it."""
    async with world(tmp_path_factory.mktemp("world")) as running:
        yield running


@pytest.fixture
async def erp(shared: World) -> World:
    """The shared world, with nothing on record at its backend."""
    shared.backend.seen.clear()
    return shared


@pytest.fixture(scope="module")
async def shared_stage(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with users_stage(tmp_path_factory.mktemp("users")) as built:
        yield built


@pytest.fixture
async def stage(shared_stage: Stage) -> Stage:
    """The shared world with users, and nobody's trace switched on."""
    shared_stage.running.cloud.gateway.traces.clear()
    return shared_stage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a world of a single test lives."""
    return tmp_path
