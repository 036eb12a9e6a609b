"""One stage for all foreign clients: it takes seconds to set up, and they do not disturb each other."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.clients.stage import Stage, stage


@pytest.fixture(scope="session")
async def the_stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage")) as running:
        yield running
