"""`landbridge fault`: the catalogue on the terminal."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from landbridge.cli.fault import app
from landbridge.faults import CATALOGUE, FaultError


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_list_names_every_fault() -> None:
    assert [line.split()[0] for line in run("list").splitlines()] == sorted(CATALOGUE)


def test_list_of_one_origin() -> None:
    rows = json.loads(run("list", "--json", "--origin", "backend"))
    assert {row["origin"] for row in rows} == {"backend"}
    assert len(rows) == sum(row.origin == "backend" for row in CATALOGUE.values())


def test_show_says_what_to_do() -> None:
    words = " ".join(run("show", "backend.refused").split())
    assert CATALOGUE["backend.refused"].action in words
    assert "HTTP 502" in words


def test_show_as_json_holds_the_whole_row() -> None:
    row = json.loads(run("show", "tunnel.no-connector", "--json"))
    assert row["status"] == 503
    assert row["exit"] == CATALOGUE["tunnel.no-connector"].exit
    assert {"failure": "conn.503", "cause": "not-connected"} in row["proves"]


@pytest.mark.parametrize(
    ("typed", "meant"), [("tunel.no-conector", "tunnel.no-connector"), ("no-connector", "tunnel.no-connector")]
)
def test_an_unknown_code_names_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(FaultError) as error:
        run("show", typed)
    assert error.value.fault.code == "fault.unknown"
    assert meant in error.value.fault.sentence


def test_a_code_like_no_other_says_so() -> None:
    with pytest.raises(FaultError) as error:
        run("show", "zzzz")
    assert "nothing looks like it" in error.value.fault.sentence
