"""The command line as such: help that teaches, errors that name, nothing heavy before it is needed."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from landbridge.cli.ending import ended
from landbridge.cli.main import run
from landbridge.faults import FaultError, fault
from tests.cli.test_commands import environment, landbridge

COMMANDS = [
    ["up"],
    ["binding"],
    ["status"],
    ["apply"],
    ["reset"],
    ["ca"],
    ["hosts"],
    ["connector", "invite"],
    ["connector", "revoke"],
    ["connector", "enroll"],
    ["connector", "run"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_shows_it_at_work(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Example" in text
    assert f"landbridge {' '.join(command)}" in text.split("Example", 1)[1]


def commands(*words: str) -> Iterator[tuple[str, ...]]:
    """All commands below these words, as their help lists them."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert run([*words, "--help"]) == 0
    _, _, listed = printed.getvalue().partition("\nCommands:\n")
    if not listed:
        yield words
    for name in re.findall(r"^  ([a-z-]+) ", listed, re.MULTILINE):
        yield from commands(*words, name)


def test_every_command_can_speak_json() -> None:
    found = list(commands())
    assert len(found) > 60
    for words in found:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            run([*words, "--help"])
        assert "--json" in printed.getvalue(), " ".join(words)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    for command in {words[0] for words in COMMANDS} | {"fault", "demo"}:
        assert f"\n  {command} " in text


def test_heavy_parts_are_not_imported_before_a_command_needs_them() -> None:
    script = "import sys, landbridge.cli.main as m; m.run(['--version']); print(*sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment(), check=True
    ).stdout
    heavy = {"fastapi", "sqlalchemy", "uvicorn", "httpx", "cryptography", "structlog", "rich", "pydantic", "ssl"}
    assert not heavy & set(printed.split())


def test_a_fault_becomes_words_and_an_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    def failing() -> None:
        raise FaultError(fault("platform.unknown-connector", connector="x"))

    assert ended(failing, as_json=False) == 33
    assert capsys.readouterr().err == (
        "error: There is no connector 'x'.\n  code: platform.unknown-connector\n"
        "  do: Take the id from 'landbridge status'.\n"
    )
    assert ended(failing, as_json=True) == 33
    assert json.loads(capsys.readouterr().err)["error"]["action"].endswith(".")


def test_a_mistake_of_ours_shows_no_traceback_unless_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken() -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.delenv("LANDBRIDGE_DEBUG", raising=False)
    assert ended(mistaken, as_json=False) == 70
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setenv("LANDBRIDGE_DEBUG", "1")
    assert ended(mistaken, as_json=False) == 70
    text = capsys.readouterr().err
    assert "Traceback" in text
    assert "code: platform.crashed" in text


def test_ctrl_c_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    assert ended(interrupted, as_json=False) == 130
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["up", "--nonsense"], "--nonsense"),
        (["nonsense"], "nonsense"),
        (["up", "--http-port", "70000"], "--http-port"),
        (["binding"], "--subaccount"),
        (["up", "--profile", "castle"], "castle"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_a_fault_too(
    words: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2
    text = capsys.readouterr().err
    assert "code: platform.usage" in text
    assert problem in text
    assert "--help'" in text


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m landbridge fault list | head -n 1"
    printed = subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=environment(), check=True)
    assert printed.stdout.count("\n") == 1
    assert printed.stderr == ""


def test_the_version_is_data() -> None:
    assert landbridge("--version").stdout.startswith("landbridge ")
