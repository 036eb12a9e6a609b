"""Puts the tables of a run between two marks of docs/benchmarks.md; the text around them is written by people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BEGIN = "<!-- figures: written by python -m bench --write-docs -->"
END = "<!-- end of figures -->"


def write(tables: str, machine: Mapping[str, str], path: Path = DOCUMENT) -> None:
    """Replace what stands between the marks. Raises ValueError when the document has lost them."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{path} lacks the lines {BEGIN!r} and {END!r}")
    facts = "\n".join(f"- {name}: {value}" for name, value in machine.items())
    path.write_text(f"{before}{BEGIN}\n\n{facts}\n\n{tables}\n\n{END}{after}", encoding="utf-8")
