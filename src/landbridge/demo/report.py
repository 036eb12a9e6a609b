"""The results for people (a table) and for scripts (JSON)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from textwrap import fill

from landbridge.demo.step import Result
from landbridge.faults import CATALOGUE

WIDTH = 100


def as_json(results: Sequence[Result]) -> str:
    """A list of {step, expected, got, fault, ok, ms}."""
    return json.dumps([asdict(result) for result in results], indent=2)


def as_text(results: Sequence[Result]) -> str:
    """A table that reads well without colour; below each fault, what to do about it."""
    width = max((len(result.step) for result in results), default=0)
    return "\n".join("\n".join(_rows(result, width)) for result in results)


def summary(results: Sequence[Result]) -> str:
    held = sum(result.ok for result in results)
    return f"{held} of {len(results)} steps held."


def action(result: Result) -> str:
    """What the catalogue says to do about the fault of this step; empty when there is none."""
    row = CATALOGUE.get(result.fault or "")
    return row.action if row else ""


def _rows(result: Result, width: int) -> list[str]:
    mark = "ok  " if result.ok else "FAIL"
    rows = [f"{mark}  {result.step:<{width}}  {result.ms:>7.1f} ms  {result.got}"]
    margin = " " * (width + 20)
    if not result.ok:
        rows.append(f"{margin}expected: {result.expected}")
    if action(result):
        rows.append(fill(f"do: {action(result)}", WIDTH, initial_indent=margin, subsequent_indent=margin + "    "))
    return rows
