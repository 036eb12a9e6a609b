"""`docs/failures/`, written from the catalogue: `python -m landbridge.checks.docs [--check]`.

With `--check` nothing is written; the exit code says whether the pages are up to date.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from landbridge.checks.catalogue import FAILURES, Cause, Failure, Side
from landbridge.faults import CATALOGUE

TARGET = Path("docs/failures")
INDEX = "README.md"

_MARK = "<!-- Written by `make docs` from src/landbridge/checks/catalogue/. Changes made here are lost. -->\n"
_INTRODUCTION = f"""\
# Failures

{_MARK}
What people meet when systems do not come together, with the causes it can have and what tells them apart. A failure is
what you see; a [fault](../faults.md) is an answer of landbridge itself, and names its cause.

`landbridge explain TEXT` finds the failures that fit an error text, a log or a stack trace.
`landbridge failure show ID` prints the same as these pages.
"""
_SIDES = {
    Side.INBOUND: "Inbound: others call you",
    Side.OUTBOUND: "Outbound: you call others",
    Side.CHECK: "Checks of a connection",
}


def pages(failures: Iterable[Failure]) -> dict[str, str]:
    """The pages by file name: one for each failure, and the index."""
    rows = list(failures)
    return {INDEX: index(rows), **{f"{row.id}.md": page(row) for row in rows}}


def index(rows: Iterable[Failure]) -> str:
    """All failures, by side."""
    rows = list(rows)
    parts = [_INTRODUCTION]
    for side in Side:
        parts.append(f"## {_SIDES[side]}\n")
        parts.append("".join(f"- [{row.id}]({row.id}.md): {row.meaning}\n" for row in rows if row.side is side))
    return "\n".join(parts)


def page(row: Failure) -> str:
    """One failure: symptoms, what to run, causes, references."""
    lines = [f"# {row.id}", "", _MARK, row.meaning, "", "## What you see", ""]
    lines += [f"- {_text(symptom)}" for symptom in row.symptoms]
    lines += ["", "## What to run", "", "```sh", *row.commands, "```", "", "## Causes", ""]
    for cause in row.causes:
        lines += _cause(row, cause)
    lines += ["## Read more", "", *(f"- {reference}" for reference in row.references)]
    return "\n".join(lines) + "\n"


def _cause(row: Failure, cause: Cause) -> list[str]:
    lines = [f"### {cause.id}", "", _text(cause.what), "", f"- **How to tell:** {_text(cause.tell)}"]
    lines += [f"- **What to do:** {_text(cause.action)}", f"- **To reproduce:** {_text(cause.reproduce)}"]
    codes = [code for code, kind in sorted(CATALOGUE.items()) if (row.id, cause.id) in kind.proves]
    if codes:
        named = ", ".join(f"[{code}](../faults.md#{code.replace('.', '')})" for code in codes)
        lines.append(f"- **Named by:** {named}")
    if cause.instead:
        failure, _, other = cause.instead.partition("/")
        lines.append(f"- **Found as:** [{cause.instead}]({failure}.md#{other})")
    return [*lines, ""]


def _text(text: str) -> str:
    """Plain text as Markdown."""
    return "".join(f"\\{char}" if char in "*_<>[]`" else char for char in text)


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or compare them. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m landbridge.checks.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is out of date")
    parser.add_argument("--output", type=Path, default=TARGET, help="the folder (default: %(default)s)")
    options = parser.parse_args(arguments)
    wanted = pages(FAILURES.values())
    if not options.check:
        _write(options.output, wanted)
        return 0
    stale = [name for name in sorted(wanted.keys() | _names(options.output)) if _differs(options.output, name, wanted)]
    for name in stale:
        sys.stderr.write(f"{options.output / name} is not what the catalogue says; run 'make docs'.\n")
    return 1 if stale else 0


def _write(folder: Path, wanted: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in _names(folder) - wanted.keys():
        (folder / name).unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.md")}


def _differs(folder: Path, name: str, wanted: Mapping[str, str]) -> bool:
    path = folder / name
    return name not in wanted or not path.is_file() or path.read_text(encoding="utf-8") != wanted[name]


if __name__ == "__main__":
    sys.exit(main())
