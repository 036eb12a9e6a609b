"""The demonstration as a whole, as somebody types it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "src"
FAULTS = {
    "proxy.authorization-missing",
    "tunnel.unknown-location",
    "connector.resource-not-exposed",
    "connector.system-not-exposed",
    "backend.refused",
    "backend.silent",
    "tunnel.no-connector",
}


def start(place: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "landbridge", "demo", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(place), "PYTHONPATH": str(SOURCES)},
        # Whoever runs the tests in the background of a shell ignores SIGINT, and children would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - it takes no lock
    )


def programs_of(place: Path) -> list[str]:
    """Command lines of running programs that work in `place`."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it ended while we looked
            continue
    return [line for line in lines if str(place) in line]


@pytest.mark.slow
def test_every_step_holds_and_nothing_is_left(tmp_path: Path) -> None:
    with start(tmp_path, "--json") as demo:
        output, talk = demo.communicate(timeout=100)
    results = json.loads(output)
    assert [result for result in results if not result["ok"]] == []
    assert demo.returncode == 0, talk
    assert all(set(result) == {"step", "expected", "got", "fault", "ok", "ms"} for result in results)
    assert {result["fault"] for result in results} >= FAULTS
    assert list(tmp_path.iterdir()) == []
    assert programs_of(tmp_path) == []


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="sees running programs through /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_stops_what_it_started(tmp_path: Path, number: signal.Signals) -> None:
    with start(tmp_path) as demo:
        deadline = time.monotonic() + 30
        while not list(tmp_path.glob("*/cloud/runtime.json")):
            assert demo.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert programs_of(tmp_path)
        demo.send_signal(number)
        demo.communicate(timeout=30)
    assert demo.returncode == 130
    assert programs_of(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
