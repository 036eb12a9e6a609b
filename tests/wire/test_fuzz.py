"""The fuzzer finds nothing in a short run, and its seeds get past the first check of each parser."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.__main__ import NAMES, SKIPPED
from fuzz.targets import SEEDS, TARGETS
from landbridge.wire.http1 import parse_request, parse_response

SECONDS = int(os.environ.get("LANDBRIDGE_FUZZ_SECONDS", "1"))
ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(SECONDS * 3 + 120)
@pytest.mark.parametrize("name", NAMES)
def test_a_short_run_finds_nothing(name: str) -> None:
    """LANDBRIDGE_FUZZ_SECONDS makes it longer; `python -m fuzz` alone runs for longer too."""
    command = [sys.executable, "-m", "fuzz", "--seconds", str(SECONDS), name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == SKIPPED:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_what_must_hold_holds_for_the_seeds_and_their_beginnings(name: str) -> None:
    for seed in SEEDS[name]:
        for end in range(len(seed) + 1):
            for step in (0, 1, 3):
                TARGETS[name](bytes((step,)) + seed[1:end])
        TARGETS[name](seed)


def test_seeds_of_heads_are_heads() -> None:
    for seed in SEEDS["requests"]:
        parse_request(seed[: seed.index(b"\r\n\r\n") + 4])
    taken = [parse_response(seed[1 : seed.index(b"\r\n\r\n") + 4], b"GET").status for seed in SEEDS["responses"]]
    assert taken == [200, 304, 101]
