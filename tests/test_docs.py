"""The documents are true: links lead somewhere, and the commands of the README do what it says."""

from __future__ import annotations

import doctest
import json
import os
import re
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.shell import Shell

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PATIENCE = 30.0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    own = [target for target in targets if not target.startswith("https://")]
    assert [target for target in own if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_lines_can_be_read_in_a_terminal(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    longest = max((line for line in prose.splitlines() if not line.startswith("|")), key=len)
    assert len(longest) <= 160, longest


def test_the_readme_says_that_this_is_independent_work() -> None:
    text = " ".join(README.read_text(encoding="utf-8").split())
    assert "contains no SAP code" in text
    assert "not made, endorsed or supported by SAP" in text


def transcript(page: str) -> Iterator[tuple[str, str]]:
    """Commands of the ```console blocks, each with the output that stands below it."""
    for block in re.findall(r"```console\n(.*?)```", page, flags=re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "a program of the README is not ready"
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (OSError, urllib.error.URLError):
        return False


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that looks like a clone to the commands of the README."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    return tmp_path


@pytest.fixture
def shell(place: Path) -> Iterator[Shell]:
    """A shell with free ports where the README has the usual ones."""
    ports = {f"LANDBRIDGE_{name}_PORT": "0" for name in ("HTTP", "HTTPS", "DOOR", "SOCKS", "TUNNEL")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with Shell(place, {**os.environ, **ports, "PATH": path}) as running:
        yield running


@pytest.mark.slow
def test_the_transcript_of_the_readme_is_true(shell: Shell, place: Path) -> None:
    backend = str(free_port())
    landscape = place / "examples" / "quickstart.yaml"
    landscape.write_text(landscape.read_text(encoding="utf-8").replace("8001", backend), encoding="utf-8")
    runtime = place / ".landbridge" / "runtime.json"

    def ready(query: str = "") -> bool:
        return runtime.exists() and answers(f"{json.loads(runtime.read_text())['local_url']}/ready{query}")

    readiness: dict[str, Callable[[], bool]] = {
        "sample_backend": lambda: answers(f"http://127.0.0.1:{backend}/"),
        "landbridge up": ready,
        "connector run": lambda: ready("?connector=&subaccount=acme"),
    }
    checker, played = doctest.OutputChecker(), 0
    for command, expected in transcript(README.read_text(encoding="utf-8").replace("8001", backend)):
        got = shell.run(command)
        if command.endswith("&"):
            wait_until(next(check for words, check in readiness.items() if words in command))
        else:
            assert checker.check_output(expected, got, doctest.ELLIPSIS), f"$ {command}\n{got}\n{shell.talk()}"
            played += 1
    assert played >= 5
