"""`python -m fuzz`: a process for each target, because libFuzzer ends the one in which it runs."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

FOUND = Path(__file__).with_name("found")
NAMES = ("mux", "messages", "chunked", "requests", "responses", "socks")
SKIPPED = 5
LONGEST_INPUT = 4096
"""libFuzzer does not think of longer ones; all limits of a head are met by the tests, not here."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when nothing was found, 1 when something was, 5 when there is no atheris for this Python."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Fuzz the parsers of landbridge.wire.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}; without one, all")
    parser.add_argument("--seconds", type=int, default=20, help="for each target (20)")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="one input instead; needs no atheris")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if unknown := set(given.targets) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    if given.replay is not None:
        return _replay(given.replay, given.targets)
    if find_spec("atheris") is None:
        sys.stderr.write("not fuzzed: atheris has no wheel for this Python or platform, or is not installed\n")
        return SKIPPED
    if given.inside:
        return _fuzz(given.targets[0], given.seconds)
    return max(_outside(name, given.seconds) for name in given.targets or NAMES)


def _outside(name: str, seconds: int) -> int:
    """Run one target in a process of its own; say in one line how it went, or show what it found."""
    command = [sys.executable, "-m", "fuzz", "--inside", "--seconds", str(seconds), name]
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=seconds * 3 + 90, check=False
    )
    said = (done.stdout + done.stderr).splitlines()
    if done.returncode:
        sys.stdout.write("\n".join([f"{name}: FAILED", *said[-40:]]) + "\n")
        return 1
    last = next((line for line in reversed(said) if "Done" in line), "no summary")
    sys.stdout.write(f"{name}: nothing found; {last}\n")
    sys.stdout.flush()
    return 0


def _fuzz(name: str, seconds: int) -> int:
    import atheris

    with atheris.instrument_imports(include=["landbridge.wire"]):
        from fuzz.targets import SEEDS, TARGETS
    FOUND.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for number, seed in enumerate(SEEDS[name]):
            (Path(folder) / f"seed-{number}").write_bytes(seed)
        options = [f"-max_total_time={seconds}", f"-max_len={LONGEST_INPUT}", f"-artifact_prefix={FOUND}/{name}-"]
        atheris.Setup([sys.argv[0], *options, "-timeout=10", "-rss_limit_mb=1024", folder], TARGETS[name])
        atheris.Fuzz()
    return 0


def _replay(path: Path, targets: Sequence[str]) -> int:
    from fuzz.targets import TARGETS

    for name in targets or (path.name.partition("-")[0],):
        TARGETS[name](path.read_bytes())
        sys.stdout.write(f"{name}: nothing found\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
