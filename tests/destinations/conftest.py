"""Fixtures of the Destination service's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.destinations.scene import Scene, open_scene
from tests.destinations.token_service import FakeTokenService, fake_token_service


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as opened:
        yield opened


@pytest.fixture
async def tokens() -> AsyncIterator[FakeTokenService]:
    async with fake_token_service() as service:
        yield service
