"""What every test shares: one event loop backend, and hypothesis without a clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.diagnosis import diagnosed, told

settings.register_profile("landbridge", deadline=None, print_blob=True)
settings.load_profile("landbridge")


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Programs under test remember targets in a folder of this run, not in the home of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How well causes were named, where the run has looked at the failure lab."""
    matrix = diagnosed(report for reports in terminalreporter.stats.values() for report in reports)
    if matrix:
        terminalreporter.section("diagnosis")
        for line in told(matrix):
            terminalreporter.write_line(line)
