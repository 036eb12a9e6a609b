"""`landbridge destination export`: destinations as a file, or as an environment variable."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.destination_api import DestinationApi, Instance, Level, On, Secrets
from landbridge.cli.options import DATA, AsJson, Data, SubaccountName, give_json, say
from landbridge.landscape.formats.form import FileForm

HELP = """Export destinations.

\b
Examples:
  landbridge destination export ERP --subaccount acme --format properties
  landbridge destination export --subaccount acme --format zip --output all.zip
  export destinations="$(landbridge destination export --subaccount acme --format env-js --secrets)"

Without names, all of the level. Secrets are left out unless --secrets is given. Several destinations in the format
properties become a zip. The env-... formats are values of the environment variable 'destinations', which clients read
before they ask the service.
"""


def export(
    subaccount: SubaccountName,
    names: Annotated[list[str] | None, typer.Argument(help="Names; none means all.")] = None,
    form: Annotated[FileForm, typer.Option("--format", help="How to write it.")] = FileForm.JSON,
    output: Annotated[Path | None, typer.Option(help="File to write, for its owner alone. Default: stdout.")] = None,
    level: Level = On.SUBACCOUNT,
    instance: Instance = "",
    secrets: Secrets = False,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Write the file to stdout, or to --output."""
    from landbridge.cli.files import write_private
    from landbridge.landscape.formats.writing import write_file
    from landbridge.model.destination import destination

    api = DestinationApi(data, subaccount, instance)
    items = [api.get(level, name) for name in names] if names else api.all(level)
    content = write_file([destination(item) for item in items], form, secrets=secrets)
    if output is not None:
        write_private(output, content)
        if as_json:
            give_json({"file": str(output), "destinations": len(items)})
        else:
            say(f"Written to {output}: {len(items)} destinations.")
        return
    sys.stdout.buffer.write(content)
