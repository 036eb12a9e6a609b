"""`landbridge explain` and `landbridge failure`, as people type them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from landbridge.checks.catalogue import FAILURES
from landbridge.cli.main import run


def test_a_text_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "PKIX path building failed"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("outbound.cert-path: possible\n")
    assert "Run      landbridge failure show outbound.cert-path" in told
    assert "root-missing" in told


def test_a_fault_of_ours_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "X-Internal-Error-Code: tunnel.no-connector"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("tunnel.no-connector: named by landbridge\n")
    assert "landbridge fault show tunnel.no-connector" in told
    assert "conn.503: named by landbridge" in told


def test_a_file_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "server.log"
    log.write_bytes(b"\xff\xfe binary\n" * 1000 + b"JSchException: Auth fail\n")
    assert run(["explain", "--file", str(log), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["hypotheses"][0]["failure"] == "outbound.sftp"
    assert found["hypotheses"][0]["evidence"][0]["line"] == 1001
    assert found["lines"] == 1001


def test_standard_input_is_read() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "landbridge", "explain", "-"],
        input=b"HostKey has been changed: sftp.test\n",
        capture_output=True,
        check=True,
    )
    assert result.stdout.startswith(b"outbound.sftp: possible\n")


def test_nothing_known_is_said_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "all is well"]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "landbridge failure list" in told.err


@pytest.mark.parametrize("arguments", [["explain"], ["explain", "x", "--file", "y"]])
def test_one_source_is_needed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) != 0
    assert "platform.usage" in capsys.readouterr().err


def test_a_missing_file_has_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--file", str(tmp_path / "nothing")]) == 2
    assert "platform.file-unreadable" in capsys.readouterr().err


def test_failures_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["failure", "list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(FAILURES)
    assert run(["failure", "list", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 43


def test_a_failure_is_shown_with_all_causes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["failure", "show", "conn.407"]) == 0
    told = capsys.readouterr().out
    assert all(f"\n  {cause.id}\n" in told for cause in FAILURES["conn.407"].causes)
    assert run(["failure", "show", "conn.407", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["causes"][0]["cause"] == "header-missing"


def test_an_unknown_failure_has_a_name_and_a_neighbour(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["failure", "show", "conn.504"]) == 2
    told = capsys.readouterr().err
    assert "failure.unknown" in told
    assert "conn.503" in told
