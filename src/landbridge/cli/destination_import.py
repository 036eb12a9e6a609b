"""`landbridge destination import`: destinations from files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from landbridge.cli.destination_api import DestinationApi, Instance, Level, On, chunks
from landbridge.cli.files import read_some
from landbridge.cli.options import DATA, AsJson, Data, SubaccountName, give_json, say
from landbridge.cli.progress import tracked
from landbridge.faults import FaultError, fault

HELP = """Import destinations from files.

\b
Examples:
  landbridge destination import ERP.properties --subaccount acme
  landbridge destination import all.zip more.json --subaccount acme --existing update

Formats: .properties, .json (one, a list, or what the find endpoint answers), .yaml, and .zip with any of them.
A file is checked whole before anything is written.
"""


class Existing(StrEnum):
    """What happens to names that are taken."""

    UPDATE = "update"
    FAIL = "fail"
    IGNORE = "ignore"


def import_(
    files: Annotated[list[Path], typer.Argument(help="Files to read.")],
    subaccount: SubaccountName,
    existing: Annotated[Existing, typer.Option(help="What happens to destinations that are there.")] = Existing.FAIL,
    level: Level = On.SUBACCOUNT,
    instance: Instance = "",
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Read the files, then create and replace."""
    from landbridge.landscape.formats.reading import read_file

    found = {item.name: dict(item.properties) for file in files for item in read_file(str(file), read_some(file))}
    api = DestinationApi(data, subaccount, instance)
    taken = api.names(level) & found.keys()
    fresh = [item for name, item in found.items() if existing is Existing.FAIL or name not in taken]
    known = [item for name, item in found.items() if existing is Existing.UPDATE and name in taken]
    results: list[dict[str, Any]] = []
    work = [(api.create, some) for some in chunks(fresh)] + [(api.replace, some) for some in chunks(known)]
    for write, some in tracked(work, "Importing"):
        results += write(level, some)
    _report(results, len(found), len(found) - len(fresh) - len(known), as_json)


def _report(results: list[dict[str, Any]], total: int, ignored: int, as_json: bool) -> None:
    failed = [one for one in results if "cause" in one]
    created = sum(one["status"] == 201 for one in results)
    counts = {"created": created, "updated": len(results) - created - len(failed), "ignored": ignored}
    if as_json:
        give_json({**counts, "failed": failed})
    else:
        say("Imported: " + ", ".join(f"{count} {what}" for what, count in counts.items()) + ".")
    for first in failed[:1]:
        name, cause = first["name"], str(first["cause"]).rstrip(".")
        raise FaultError(fault("destination.import-incomplete", count=len(failed), total=total, name=name, cause=cause))
