"""Puts the tables of a run between two marks of docs/benchmarks.md; the text around them is written by people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
FIGURES = ("<!-- figures: written by python -m bench --write-docs -->", "<!-- end of figures -->")
FIND = ("<!-- finds: written by python -m bench --parts find --write-docs -->", "<!-- end of finds -->")
CHECKS = ("<!-- checks: written by python -m bench --parts checks --write-docs -->", "<!-- end of checks -->")
"""Marks: the parts `find` and `checks` have others, because they measure other parts of the program, at other times."""


def write(tables: str, machine: Mapping[str, str], marks: tuple[str, str] = FIGURES, path: Path = DOCUMENT) -> None:
    """Replace what stands between the marks. Raises ValueError when the document has lost them."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not (begin and end):
        raise ValueError(f"{path} lacks the lines {marks[0]!r} and {marks[1]!r}")
    facts = "\n".join(f"- {name}: {value}" for name, value in machine.items())
    path.write_text(f"{before}{begin}\n\n{facts}\n\n{tables}\n\n{end}{after}", encoding="utf-8")
