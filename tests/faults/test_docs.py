"""The page of faults says what the catalogue says."""

from __future__ import annotations

from pathlib import Path

import pytest

from landbridge.faults import CATALOGUE
from landbridge.faults.docs import main, render

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"


def test_every_fault_has_a_heading_and_its_action() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [code for code in CATALOGUE if f"\n### {code}\n" not in page] == []
    assert [row.code for row in CATALOGUE.values() if row.action not in page] == []


def test_the_page_is_up_to_date() -> None:
    assert main(["--check", "--output", str(PAGE)]) == 0


def test_a_stale_page_is_noticed_and_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "faults.md"
    page.write_text("old", encoding="utf-8")
    assert main(["--check", "--output", str(page)]) == 1
    assert "make docs" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "old"


def test_a_missing_page_is_noticed(tmp_path: Path) -> None:
    assert main(["--check", "--output", str(tmp_path / "faults.md")]) == 1


def test_writing_makes_the_check_pass(tmp_path: Path) -> None:
    page = tmp_path / "faults.md"
    assert main(["--output", str(page)]) == 0
    assert main(["--check", "--output", str(page)]) == 0


def test_the_order_of_rows_does_not_matter() -> None:
    rows = list(CATALOGUE.values())
    assert render(rows) == render(reversed(rows))
