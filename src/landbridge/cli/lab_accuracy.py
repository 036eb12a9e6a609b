"""`docs/diagnosis-accuracy.md`: which cause was brought about, and which was named.

`python -m landbridge.cli.lab_accuracy [--write FILE] [--check FILE]` runs every scenario of the lab through the command
line, as a user would. It is here and not in the lab because it needs the commands.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from landbridge.cli.main import run
from landbridge.lab.scenario import Scenario
from landbridge.lab.scenarios import SCENARIOS

_INTRODUCTION = """\
# How well causes are named

<!-- Written by `python -m landbridge.cli.lab_accuracy --write docs/diagnosis-accuracy.md`. Changes are lost. -->

Every scenario of the failure lab is brought about with real servers and looked at by the command that a user would
run. A row says what was brought about, what was named first, and what was named besides.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One scenario, and the causes that were named, the first one first."""

    produced: str
    variant: str
    healthy: bool
    named: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the cause was named first, or nothing where nothing is wrong."""
        return not self.named if self.healthy else self.named[:1] == (self.produced,)


async def row(scenario: Scenario, folder: Path) -> Row:
    """Bring it about, and look."""
    async with scenario.stage(folder) as staged:
        text = await asyncio.to_thread(_said, [*staged.command, "--json"])
    findings = json.loads(text)["findings"]
    named = tuple(f"{one['failure']}/{one['cause']}" for one in findings)
    return Row(f"{scenario.failure}/{scenario.cause}", scenario.variant, scenario.is_healthy, named)


def _said(arguments: list[str]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        run(arguments)
    return out.getvalue()


def page(rows: Iterable[Row]) -> str:
    """The page: a sentence with the sums, and a table of all rows."""
    rows = list(rows)
    failing, healthy = [one for one in rows if not one.healthy], [one for one in rows if one.healthy]
    causes = {one.produced for one in failing}
    right = sum(one.right for one in failing)
    clean = sum(one.right for one in healthy)
    sums = (
        f"{right} of {len(failing)} scenarios, for {len(causes)} causes, are named first by their cause; "
        f"nothing is named at {clean} of {len(healthy)} healthy targets."
    )
    table = ["| brought about | variant | named first | named besides |", "|---|---|---|---|"]
    table += [_line(one) for one in rows]
    return "\n".join([_INTRODUCTION, sums, "", *table, ""])


def _line(one: Row) -> str:
    first, *others = one.named or ("nothing",)
    shown = "the same" if one.right and not one.healthy else first
    return f"| {one.produced} | {one.variant} | {shown} | {', '.join(others)} |"


async def _all() -> list[Row]:
    rows = []
    for number, scenario in enumerate(SCENARIOS, 1):
        if missing := scenario.missing():
            print(f"{number}/{len(SCENARIOS)} {scenario.name} not here: {missing}", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as folder:
            print(f"{number}/{len(SCENARIOS)} {scenario.name}", file=sys.stderr)
            rows.append(await row(scenario, Path(folder)))
    return rows


def main() -> int:
    """0 when every cause was named first, and the page is what it was, where that was asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="write the page to this file")
    parser.add_argument("--check", type=Path, help="compare the page with this file")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as memory:
        os.environ["XDG_STATE_HOME"] = memory  # what is remembered of targets belongs to this run
        rows = asyncio.run(_all())
    text = page(rows)
    if wanted.write is not None:
        wanted.write.write_text(text)
    elif wanted.check is None:
        sys.stdout.write(text)
    same = wanted.check is None or wanted.check.read_text() == text
    return 0 if same and all(one.right for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
