"""One stage for the applications in JavaScript: it takes seconds to set up, and they do not disturb each other."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.clients.approuter import approuter_program
from tests.clients.javascript import application
from tests.clients.stage import Stage, stage


@pytest.fixture(scope="session")
def sdk_node() -> str:
    """What runs applications with the SAP Cloud SDK for JavaScript. Ask for it before a stage: it may skip."""
    return application()


@pytest.fixture(scope="session")
def approuter_node() -> str:
    """What runs the approuter. Ask for it before a stage: it may skip."""
    return approuter_program()


@pytest.fixture(scope="session")
async def the_stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("stage")) as running:
        yield running
