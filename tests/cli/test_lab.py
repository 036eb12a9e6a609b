"""`landbridge lab`: a failure runs in one terminal, is looked at in another, and ended from there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from landbridge.lab.scenarios import SCENARIOS

pytestmark = pytest.mark.slow

PROGRAM = (sys.executable, "-m", "landbridge")


def command(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    surroundings = os.environ | {"XDG_STATE_HOME": str(state)}
    arguments = (*PROGRAM, *arguments)
    return subprocess.run(arguments, env=surroundings, capture_output=True, text=True, timeout=60, check=False)


def test_a_failure_is_brought_about_looked_at_and_ended(tmp_path: Path) -> None:
    surroundings = os.environ | {"XDG_STATE_HOME": str(tmp_path)}
    arguments = [*PROGRAM, "lab", "start", "outbound.cert-path/expired", "--json"]
    with subprocess.Popen(arguments, env=surroundings, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        started = json.loads(running.stdout.readline())
        try:
            looked = command(tmp_path, *started["command"], "--json")
            assert looked.returncode == 50
            assert json.loads(looked.stdout)["findings"][0]["cause"] == "expired"
            trusted = Path(started["command"][started["command"].index("--trust") + 1])
            assert trusted.exists()
            ended = command(tmp_path, "lab", "stop", "--json")
            assert json.loads(ended.stdout) == {"stopped": ["outbound.cert-path/expired"]}
            assert running.wait(20) == 0
        finally:
            running.kill()
    assert not trusted.exists()
    assert list((tmp_path / "landbridge" / "lab").iterdir()) == []


def test_what_died_before_is_only_cleared_away(tmp_path: Path) -> None:
    place = tmp_path / "landbridge" / "lab"
    place.mkdir(parents=True)
    (place / f"{os.getpid()}.txt").write_text("outbound.cert-path/name")
    assert json.loads(command(tmp_path, "lab", "stop", "--json").stdout) == {"stopped": []}
    assert list(place.iterdir()) == []


def test_the_list_and_a_name_that_is_not_in_it(tmp_path: Path) -> None:
    listed = json.loads(command(tmp_path, "lab", "list", "--json").stdout)
    assert [row["name"] for row in listed] == [one.name for one in SCENARIOS]
    missing = command(tmp_path, "lab", "start", "outbound.nothing", "--json")
    assert missing.returncode != 0
    assert "lab list" in missing.stderr
