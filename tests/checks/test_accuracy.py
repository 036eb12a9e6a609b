"""Every cause that the lab can bring about is named by the check, and nothing is named where nothing is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from landbridge.cli.main import run
from landbridge.lab.scenario import Scenario
from landbridge.lab.scenarios import SCENARIOS
from tests.diagnosis import NOTHING

pytestmark = pytest.mark.anyio

Record = Callable[[str, object], None]


async def looked(scenario: Scenario, folder: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and report of the command that a user would run."""
    if missing := scenario.missing():
        pytest.skip(missing)

    def command(arguments: list[str]) -> tuple[int, str]:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            return run(arguments), out.getvalue()

    async with scenario.stage(folder) as staged:
        code, text = await asyncio.to_thread(command, [*staged.command, "--json"])
    return code, json.loads(text)


@pytest.mark.parametrize("scenario", [one for one in SCENARIOS if not one.is_healthy], ids=lambda one: one.name)
async def test_a_cause_is_named(scenario: Scenario, tmp_path: Path, record_property: Record) -> None:
    code, report = await looked(scenario, tmp_path)
    named = [f"{one['failure']}/{one['cause']}" for one in report["findings"]]
    record_property("diagnosed", (f"{scenario.failure}/{scenario.cause}", *(named or [NOTHING])))
    assert named[:1] == [f"{scenario.failure}/{scenario.cause}"]
    first = report["findings"][0]
    assert first["evidence"]
    assert first["emitter"]
    assert first["action"]
    ruled_out = {other["cause"] for other in first["alternatives"]}
    assert scenario.cause not in ruled_out
    assert ruled_out, "nothing else was ruled out"
    assert code == 50


@pytest.mark.parametrize("scenario", [one for one in SCENARIOS if one.is_healthy], ids=lambda one: one.name)
async def test_nothing_is_named_where_nothing_is_wrong(
    scenario: Scenario, tmp_path: Path, record_property: Record
) -> None:
    code, report = await looked(scenario, tmp_path)
    named = [f"{one['failure']}/{one['cause']}" for one in report["findings"]]
    record_property("diagnosed", (NOTHING, *(named or [NOTHING])))
    assert report["findings"] == []
    assert code == 0
