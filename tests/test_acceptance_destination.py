"""docs/acceptance-destination.md names tests that exist, for every item of the checklist and every row of clients."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "acceptance-destination.md").read_text(encoding="utf-8")
EXPECTED = [
    *(str(number) for number in range(1, 13)),
    *(f"T{number}" for number in range(1, 13)),
    *(f"D{number}" for number in range(1, 11)),
    *(f"B{number}" for number in range(1, 6)),
]


def test_each_row_names_tests_that_exist() -> None:
    rows = re.findall(r"^\| ([TDB]?\d+) \|(.*)\|$", PAGE, re.MULTILINE)
    assert [name for name, _ in rows] == EXPECTED
    for name, rest in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", rest)
        assert named, name
        assert len(named) == rest.count("`tests/"), f"row {name}: a name cannot be read"
        for file, test in named:
            text = (ROOT / file).read_text(encoding="utf-8")
            assert not test or re.search(rf"^(async )?def {test}\(", text, re.MULTILINE), f"{name}: {file}::{test}"
            assert re.search(r"^(async )?def test_", text, re.MULTILINE), f"{name}: {file} holds no test"
