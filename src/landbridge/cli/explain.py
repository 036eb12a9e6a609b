"""`landbridge explain`: what a pasted error may mean, and what would tell."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from landbridge.cli.options import AsJson, give, give_json, say
from landbridge.faults import FaultError, fault

if TYPE_CHECKING:
    from landbridge.checks.explanation import Explanation, Hypothesis
    from landbridge.checks.named import NamedFault

HELP = """Say what an error text, a log, an HTTP response or a stack trace may mean.

\b
Examples:
  landbridge explain "PKIX path building failed"
  landbridge explain --file server.log
  curl -si http://erp.virtual/ --proxy http://localhost:20003 | landbridge explain -

A text proves nothing: what is told are failures that fit, and how to find out which it is. Only answers of landbridge
itself name their cause. What is quoted is redacted. Nothing is sent anywhere.
"""

_SHOWN = 4
"""Hypotheses that are told in full, of those with the strongest ground; of the others only the names."""
_CAUSES = 6
_PIECE = 1 << 20


def explain(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text, or - for standard input.")] = "",
    file: Annotated[Path | None, typer.Option("--file", help="Read it from this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Nominate failures for a text."""
    if bool(text) == bool(file):
        problem = "give either a text, or -, or --file"
        raise FaultError(fault("platform.usage", problem=problem, command="landbridge explain"))
    from landbridge.checks.explain import explain as explained

    found = explained(_pieces(text, file))
    if as_json:
        give_json(found.as_json())
    else:
        _tell(found)


def _pieces(text: str, file: Path | None) -> Iterable[bytes]:
    if file is not None:
        return _read(file)
    if text == "-":
        return iter(lambda: sys.stdin.buffer.read(_PIECE), b"")
    return [text.encode("utf-8", "replace")]


def _read(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as opened:
            while piece := opened.read(_PIECE):
                yield piece
    except OSError as error:
        raise FaultError(fault("platform.file-unreadable", file=file, reason=error.strerror or error)) from error


def _tell(found: Explanation) -> None:
    for named in found.named:
        _tell_named(named)
    strongest = min((guess.ground for guess in found.hypotheses), default=0)
    full = [guess for guess in found.hypotheses if guess.ground == strongest][:_SHOWN]
    for guess in full:
        _tell_hypothesis(guess)
    if rest := [guess.failure.id for guess in found.hypotheses if guess not in full]:
        give(_field("Also", f"less likely: {', '.join(rest)} (landbridge failure show ID)", ""))
    for clue in found.clues:
        give(_field("Seen", clue, ""))
    for note in found.notes:
        give(_field("Note", note, ""))
    if not (found.named or found.hypotheses):
        say("Nothing in this text is known to name a failure. 'landbridge failure list' shows what there is.")


def _tell_named(named: NamedFault) -> None:
    from landbridge.checks.explanation import commands_for

    give(f"{named.kind.code}: named by landbridge")
    give(_field("What", named.message))
    give(_field("Do", named.kind.action))
    if named.request_id:
        give(_field("Request", named.request_id))
    for command in commands_for(named):
        give(f"  {'Run':<9}{command}")
    give("")


def _tell_hypothesis(guess: Hypothesis) -> None:
    give(f"{guess.failure.id}: {guess.confidence}")
    give(_field("What", guess.failure.meaning))
    for quote in guess.evidence:
        give(_field(f"Line {quote.line}", quote.text))
    for cause in guess.causes[:_CAUSES]:
        give(_field("Cause", f"{cause.id}. {cause.what} How to tell: {cause.tell} Then: {cause.action}"))
    if len(guess.causes) > _CAUSES:
        give(_field("", f"… and {len(guess.causes) - _CAUSES} more: landbridge failure show {guess.failure.id}"))
    for command in guess.commands:
        give(f"  {'Run':<9}{command}")
    give("")


def _field(label: str, value: str, indent: str = "  ") -> str:
    return textwrap.fill(value, 100, initial_indent=f"{indent}{label:<9}", subsequent_indent=" " * (len(indent) + 9))
