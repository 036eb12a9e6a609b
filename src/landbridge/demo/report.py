"""The results for people (a table, or plain lines) and for scripts (JSON)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from textwrap import fill
from typing import TYPE_CHECKING

from landbridge.demo.step import Result
from landbridge.faults import CATALOGUE

if TYPE_CHECKING:
    from rich.table import Table

WIDTH = 120


def as_json(results: Sequence[Result]) -> str:
    """A list of {step, expected, got, fault, ok, ms}."""
    return json.dumps([asdict(result) for result in results], indent=2)


def as_text(results: Sequence[Result]) -> str:
    """A line for each step, without colour; below a fault, what to do about it."""
    width = max((len(result.step) for result in results), default=0)
    return "\n".join("\n".join(_lines(result, width)) for result in results)


def as_table(results: Sequence[Result]) -> Table:
    """The same as a table for a terminal."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column("step", max_width=40)
    table.add_column("got", min_width=34, overflow="fold")
    table.add_column("what to do")
    table.add_column("ms", justify="right")
    for result in results:
        mark = "[green]ok[/]" if result.ok else "[bold red]FAIL[/]"
        got = result.got if result.ok else f"{result.got}\nexpected: {result.expected}"
        table.add_row(mark, _plain(result.step), _plain(got), _plain(action(result)), f"{result.ms:.1f}")
    return table


def summary(results: Sequence[Result]) -> str:
    held = sum(result.ok for result in results)
    return f"{held} of {len(results)} steps held."


def action(result: Result) -> str:
    """What the catalogue says to do about the fault of this step; empty when there is none."""
    row = CATALOGUE.get(result.fault or "")
    return row.action if row else ""


def _plain(text: str) -> str:
    """Text in which rich sees no markup of its own."""
    from rich.markup import escape

    return escape(text)


def _lines(result: Result, width: int) -> list[str]:
    mark = "ok  " if result.ok else "FAIL"
    lines = [f"{mark}  {result.step:<{width}}  {result.ms:>7.1f} ms  {result.got}"]
    if not result.ok:
        lines.append(f"      expected: {result.expected}")
    if action(result):
        lines.append(fill(f"do: {action(result)}", WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 10))
    return lines
