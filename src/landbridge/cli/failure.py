"""`landbridge failure list|show`: the failure catalogue on the terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from landbridge.cli.options import AsJson, give, give_json
from landbridge.faults import FaultError, fault

if TYPE_CHECKING:
    from landbridge.checks.catalogue import Failure

app = typer.Typer(
    name="failure", help="What people meet, the causes it can have, how to tell them apart.", no_args_is_help=True
)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """All failures: id, number of causes, meaning."""
    from landbridge.checks.catalogue import FAILURES

    if as_json:
        give_json([entry(row) for row in FAILURES.values()])
        return
    width = max(map(len, FAILURES))
    for row in FAILURES.values():
        give(f"{row.id:<{width}}  {len(row.causes):>2} causes  {row.meaning}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="For example conn.503.")],
    as_json: AsJson = False,
) -> None:
    """One failure, with all its causes."""
    from landbridge.checks.catalogue import FAILURES

    row = FAILURES.get(name)
    if row is None:
        raise FaultError(fault("failure.unknown", name=name, nearest=_nearest(name)))
    if as_json:
        give_json(entry(row))
    else:
        give(text(row))


def entry(row: Failure) -> dict[str, Any]:
    """A failure as JSON. The keys are stable."""
    return {
        "failure": row.id,
        "side": row.side.value,
        "meaning": row.meaning,
        "symptoms": list(row.symptoms),
        "causes": [
            {
                "cause": cause.id,
                "what": cause.what,
                "tell": cause.tell,
                "action": cause.action,
                "reproduce": cause.reproduce,
                "instead": cause.instead,
            }
            for cause in row.causes
        ],
        "commands": list(row.commands),
        "references": list(row.references),
    }


def text(row: Failure) -> str:
    """A failure for people: readable without colour."""
    lines = [row.id, _field("What", row.meaning), _field("Side", row.side.value)]
    lines += [_field("Symptom", symptom) for symptom in row.symptoms]
    for cause in row.causes:
        lines += ["", f"  {cause.id}", _field("", cause.what), _field("Tell", cause.tell), _field("Do", cause.action)]
        if cause.instead:
            lines.append(_field("Found", f"as {cause.instead}"))
    lines += ["", *(f"  {'Run':<9}{command}" for command in row.commands)]
    lines.append(_field("See", "; ".join(row.references)))
    return "\n".join(lines)


def _field(label: str, value: str) -> str:
    return textwrap.fill(value, 100, initial_indent=f"  {label:<9}", subsequent_indent=" " * 11)


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    from landbridge.checks.catalogue import FAILURES

    close = get_close_matches(name, FAILURES, n=3, cutoff=0.4)
    return f"nearest: {', '.join(close)}" if close else "nothing looks like it"
