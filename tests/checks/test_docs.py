"""The pages of failures say what the catalogue says."""

from __future__ import annotations

from pathlib import Path

import pytest

from landbridge.checks.catalogue import FAILURES
from landbridge.checks.docs import main

PAGES = Path(__file__).parents[2] / "docs" / "failures"


@pytest.mark.parametrize("name", FAILURES)
def test_every_failure_has_a_page_with_all_causes(name: str) -> None:
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert all(f"\n### {cause.id}\n" in page for cause in FAILURES[name].causes)
    assert f"]({name}.md)" in (PAGES / "README.md").read_text(encoding="utf-8")


def test_the_pages_are_up_to_date() -> None:
    assert main(["--check", "--output", str(PAGES)]) == 0


def test_a_stale_a_missing_and_a_superfluous_page_are_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--output", str(tmp_path)]) == 0
    assert main(["--check", "--output", str(tmp_path)]) == 0
    (tmp_path / "conn.503.md").write_text("old", encoding="utf-8")
    (tmp_path / "conn.502.md").unlink()
    (tmp_path / "conn.999.md").write_text("gone", encoding="utf-8")
    assert main(["--check", "--output", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert all(name in told for name in ("conn.503.md", "conn.502.md", "conn.999.md", "make docs"))
    assert main(["--output", str(tmp_path)]) == 0
    assert main(["--check", "--output", str(tmp_path)]) == 0
