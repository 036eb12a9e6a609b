from __future__ import annotations

import pytest

from tests.wire.pair import Pair


@pytest.fixture(params=[0, 1], ids=["whole", "byte by byte"])
def pair(request: pytest.FixtureRequest) -> Pair:
    """Two ends; every test sees its bytes arrive at once, and one at a time."""
    return Pair(request.param)
