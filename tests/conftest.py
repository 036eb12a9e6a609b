"""What every test shares: one event loop backend, and hypothesis without a clock."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from landbridge.net.loop import GC_THRESHOLDS
from tests.diagnosis import diagnosed, told

CLIENTS = Path(__file__).parent / "clients"

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


@pytest.fixture(autouse=True)
def level_of_logs() -> Iterator[None]:
    """Commands that run inside of a test set the level for the whole process; the next test begins as usual."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: what takes long must not begin when the other workers are about to end.

    Those that drive foreign clients come last: they share a fixture for the whole run, and with it the event loop that
    is open then, so that tests after them would not get the loop that they ask for.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (CLIENTS in item.path.parents, item.path not in slow))


def pytest_collection_finish() -> None:
    """Look for garbage as the programs do: seldom, and not among what is imported. It took a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How well causes were named, where the run has looked at the failure lab."""
    matrix = diagnosed(report for reports in terminalreporter.stats.values() for report in reports)
    if matrix:
        terminalreporter.section("diagnosis")
        for line in told(matrix):
            terminalreporter.write_line(line)
