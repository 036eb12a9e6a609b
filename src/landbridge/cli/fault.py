"""`landbridge fault list|show`: the fault catalogue on the terminal."""

from __future__ import annotations

import json
import textwrap
from difflib import get_close_matches
from typing import Annotated, Any

import typer

from landbridge.faults import CATALOGUE, FaultError, FaultKind, Origin, fault

app = typer.Typer(name="fault", help="What each named failure means and what to do about it.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(
    as_json: Json = False,
    origin: Annotated[Origin | None, typer.Option(help="Only faults that are born there.")] = None,
) -> None:
    """All faults: code, origin, HTTP status, exit code, sentence."""
    rows = [row for row in _sorted() if origin in (None, row.origin)]
    if as_json:
        print(json.dumps([entry(row) for row in rows], indent=2))
        return
    width = max((len(row.code) for row in rows), default=0)
    for row in rows:
        print(f"{row.code:<{width}}  {row.origin.value:<12}  {row.status}  exit {row.exit:<3}  {row.sentence}")


@app.command()
def show(
    code: Annotated[str, typer.Argument(help="As in X-Internal-Error-Code, for example tunnel.no-connector.")],
    as_json: Json = False,
) -> None:
    """One fault, whole."""
    row = CATALOGUE.get(code)
    if row is None:
        raise FaultError(fault("fault.unknown", code=code, nearest=_nearest(code)))
    print(json.dumps(entry(row), indent=2) if as_json else text(row))


def entry(row: FaultKind) -> dict[str, Any]:
    """A catalogue row as JSON. The keys are stable."""
    return {
        "code": row.code,
        "origin": row.origin.value,
        "status": row.status,
        "socks": row.socks,
        "exit": row.exit,
        "retry": row.retry,
        "sentence": row.sentence,
        "action": row.action,
        "body": row.body,
        "proves": [{"failure": failure, "cause": cause} for failure, cause in row.proves],
        "reference": row.reference,
    }


def text(row: FaultKind) -> str:
    """A catalogue row for people: readable at 80 columns and without colour."""
    lines = [
        row.code,
        _field("What", row.sentence),
        _field("Do", row.action),
        _field("Origin", row.origin.value),
        _field("Answers", f"HTTP {row.status}, SOCKS reply {row.socks}, exit code {row.exit}"),
        _field("Retry", "can help" if row.retry else "does not help"),
    ]
    if row.body:
        lines.append(_field("Body", row.body))
    if row.proves:
        lines.append(_field("Proves", ", ".join(f"{failure} ({cause})" for failure, cause in row.proves)))
    if row.reference:
        lines.append(_field("See", row.reference))
    return "\n".join(lines)


def _field(label: str, value: str) -> str:
    return textwrap.fill(value, 80, initial_indent=f"  {label:<9}", subsequent_indent=" " * 11)


def _sorted() -> list[FaultKind]:
    return sorted(CATALOGUE.values(), key=lambda row: row.code)


def _nearest(code: str) -> str:
    """The codes that look most like it: by whole code, else by the part after the dot."""
    close = get_close_matches(code, CATALOGUE, n=3, cutoff=0.5)
    if not close:
        ends = {row.split(".", 1)[1]: row for row in CATALOGUE}
        close = [ends[end] for end in get_close_matches(code, ends, n=3, cutoff=0.5)]
    return f"nearest: {', '.join(close)}" if close else "nothing looks like it"
