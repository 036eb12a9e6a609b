"""Child processes: their first word, their end, their failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from landbridge.demo.programs import Program
from landbridge.faults import FaultError


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    return tmp_path


def test_a_program_says_that_it_is_ready_and_is_stopped(modules: Path) -> None:
    program = Program("backend", "landbridge.testing.sample_backend", [], modules)
    assert program.ready()["port"] > 0
    assert program.runs
    program.stop()
    assert not program.runs


def test_the_output_of_a_program_that_ends(modules: Path) -> None:
    (modules / "speaks.py").write_text("print('[')\nprint(']')", encoding="utf-8")
    assert Program("one", "speaks", [], modules).output() == "[\n]\n"
    with pytest.raises(FaultError, match="not a JSON object"):
        Program("two", "speaks", [], modules).result()


def test_a_program_that_fails_is_quoted(modules: Path) -> None:
    (modules / "fails.py").write_text("raise SystemExit('I have no disk')", encoding="utf-8")
    for use in (Program.ready, Program.output):
        with pytest.raises(FaultError) as error:
            use(Program("disk user", "fails", [], modules))
        assert error.value.fault.code == "demo.not-started"
        assert "I have no disk" in error.value.fault.sentence


def test_a_program_that_does_not_listen_is_killed(modules: Path) -> None:
    text = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('{}', flush=True)\nsignal.pause()"
    (modules / "deaf.py").write_text(text, encoding="utf-8")
    program = Program("deaf", "deaf", [], modules)
    program.ready()
    program.stop(patience=0.1)
    assert not program.runs
