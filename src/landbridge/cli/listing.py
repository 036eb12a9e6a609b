"""How lists of things are shown: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from landbridge.cli.options import give, give_json, say
from landbridge.cli.status import table


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], as_json: bool, none: str) -> None:
    """Rows on stdout; `none` is said when there are no rows."""
    if as_json:
        give_json(list(rows))
    elif not rows:
        say(none)
    else:
        for line in table([{name: _cell(row.get(name)) for name in columns} for row in rows]):
            give(line)


def made(thing: Mapping[str, Any], sentence: str, as_json: bool) -> None:
    """What was made: as JSON on stdout, or in a sentence on stderr."""
    if as_json:
        give_json(dict(thing))
    else:
        say(sentence)


def done(sentence: str, as_json: bool) -> None:
    """Something is gone."""
    if as_json:
        give_json({"deleted": True})
    else:
        say(sentence)


def path(*parts: str) -> str:
    """A path below /admin, of parts that may hold anything."""
    return "/admin/" + "/".join(quote(part, safe="") for part in parts)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)
