"""Fixtures of the tests of authentication types."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.destinations.auth.stage import Stage
from tests.destinations.token_service import FakeTokenService, fake_token_service


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    made = Stage()
    yield made
    await made.source.close()


@pytest.fixture
async def tokens() -> AsyncIterator[FakeTokenService]:
    async with fake_token_service() as service:
        yield service
