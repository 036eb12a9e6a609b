"""`docs/faults.md`, written from the catalogue: `python -m landbridge.faults.docs [--check]`.

With `--check` nothing is written; the exit code says whether the file is up to date.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from landbridge.faults.catalogue import CATALOGUE
from landbridge.faults.fault import FaultKind, Origin

TARGET = Path("docs/faults.md")

_ORIGINS = {
    Origin.CALLER: "the application's own request, or the command that was typed",
    Origin.IDENTITY: "the token service and enrolment",
    Origin.DESTINATIONS: "the destination service",
    Origin.GATEWAY: "the cloud side of connectivity",
    Origin.TUNNEL: "the way between gateway and connector",
    Origin.CONNECTOR: "the on-premise program",
    Origin.BACKEND: "the internal system, as the connector sees it",
    Origin.EDGE: "the entrance for senders",
    Origin.FLOW: "a deployed route",
}

_INTRODUCTION = """\
# Faults

<!-- Written by `make docs` from src/landbridge/faults/catalogue/. Changes made here are lost. -->

Every refusal of landbridge is one of these. The code never changes its meaning, so scripts may rely on it. In an
HTTP answer it stands in `X-Internal-Error-Code`, the origin in `X-Error-Origin` and the sentence in `X-Error-Message`;
an answer without these headers is the backend's own. `landbridge fault show CODE` prints the same as this page.

`{name}` marks a value that is filled in when the fault occurs.
"""


def render(rows: Iterable[FaultKind]) -> str:
    """The whole page: a chapter for each origin, a heading for each code."""
    rows = sorted(rows, key=lambda row: row.code)
    parts = [_INTRODUCTION]
    for origin in Origin:
        chapter = [row for row in rows if row.origin is origin]
        if chapter:
            parts.append(f"## Origin {origin.value}: {_ORIGINS[origin]}\n")
            parts.extend(section(row) for row in chapter)
    return "\n".join(parts)


def section(row: FaultKind) -> str:
    """One fault: what happened, what to do, and how it looks on each way out."""
    numbers = f"HTTP status {row.status} · SOCKS reply {row.socks} · exit code {row.exit}"
    lines = [f"### {row.code}", "", row.sentence, "", f"**What to do:** {row.action}", "", f"- {numbers}"]
    lines.append(f"- Trying again unchanged: {'can help' if row.retry else 'does not help'}")
    if row.body:
        lines += ["- Text of the answer, as clients of the original know it:", "", *_indented(row.body)]
    if row.proves:
        pairs = ", ".join(f"`{failure}` because of `{cause}`" for failure, cause in row.proves)
        lines.append(f"- Proves: {pairs}")
    if row.reference:
        lines.append(f"- Reference: {row.reference}")
    return "\n".join(lines) + "\n"


def _indented(text: str) -> list[str]:
    return ["  ```text", *(f"  {line}" for line in text.splitlines()), "  ```", ""]


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or compare it. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m landbridge.faults.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is out of date")
    parser.add_argument("--output", type=Path, default=TARGET, help="the page (default: %(default)s)")
    options = parser.parse_args(arguments)
    page = render(CATALOGUE.values())
    if not options.check:
        options.output.write_text(page, encoding="utf-8")
        return 0
    if options.output.is_file() and options.output.read_text(encoding="utf-8") == page:
        return 0
    sys.stderr.write(f"{options.output} is not what the catalogue says; run 'make docs'.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
