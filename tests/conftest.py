"""What every test shares: one event loop backend, and hypothesis without a clock."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("landbridge", deadline=None, print_blob=True)
settings.load_profile("landbridge")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
