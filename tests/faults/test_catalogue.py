"""What every row of the catalogue owes its readers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from landbridge.faults import CATALOGUE, FaultKind, error_headers, fault, from_wire, to_wire

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "landbridge"
ROWS = list(CATALOGUE.values())

every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)


@pytest.fixture(scope="module")
def code_of_the_program() -> str:
    """All source text but the catalogue itself."""
    catalogue = SOURCE / "faults" / "catalogue"
    files = [path for path in SOURCE.rglob("*.py") if catalogue not in path.parents]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def an_occurrence(row: FaultKind) -> dict[str, str]:
    return {name: f"<{name}>" for name in row.fields}


@every_row
def test_a_row_is_well_formed(row: FaultKind) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*", row.code)
    assert CATALOGUE[row.code] is row
    assert row.action[0].isupper(), "the action is a whole sentence"
    assert row.action.endswith(".")
    assert row.sentence.endswith(".")
    assert 400 <= row.status <= 599
    assert 1 <= row.socks <= 8
    assert 1 <= row.exit <= 125
    assert all(re.fullmatch(r"[a-z][a-z_]{1,20}", name) for name in row.fields), "parameters are plain words"
    for failure, cause in row.proves:
        assert re.fullmatch(r"[a-z]+\.[a-z0-9-]+", failure)
        assert re.fullmatch(r"[a-z0-9-]+", cause)


@every_row
def test_a_fault_travels(row: FaultKind) -> None:
    occurrence = fault(row.code, **an_occurrence(row))
    assert to_wire(occurrence)["code"] == row.code
    arrived = from_wire(row.code, occurrence.params)
    assert (arrived.sentence, arrived.action, arrived.body) == (occurrence.sentence, occurrence.action, occurrence.body)
    nasty = dict.fromkeys(row.fields, "a\r\nX-Evil: ü\0" + "x" * 2000)
    for value in error_headers(fault(row.code, **nasty), "r\r\n1").values():
        assert re.fullmatch(r"[ -~]{1,1000}", value), "headers are legal whatever the parameters hold"


def test_the_program_can_raise_each(code_of_the_program: str) -> None:
    assert [row.code for row in ROWS if f'"{row.code}"' not in code_of_the_program] == []


def test_the_program_raises_nothing_else(code_of_the_program: str) -> None:
    used = set(re.findall(r'\bfault\(\s*"([^"]+)"', code_of_the_program))
    assert used, "the pattern finds nothing, so the test would prove nothing"
    assert used <= CATALOGUE.keys()


def test_a_fault_of_a_newer_release_keeps_its_code() -> None:
    assert from_wire("tunnel.from-the-future", {}).params == {"code": "tunnel.from-the-future"}


def test_a_fault_with_missing_parameters_does_not_arrive_half() -> None:
    assert from_wire("backend.refused", {"host": "erp"}).code == "tunnel.unknown-fault"


def test_a_missing_parameter_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match=r"backend\.refused needs host, port"):
        fault("backend.refused")
