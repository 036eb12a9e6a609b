"""`landbridge destination delete`: take destinations away."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli.destination_api import DestinationApi, Instance, Level, On
from landbridge.cli.options import DATA, AsJson, Data, SubaccountName, give_json, say

HELP = """Delete destinations.

\b
Example:
  landbridge destination delete ERP CRM --subaccount acme

The first one that is not there, or that is in use, ends the command.
"""


def delete(
    names: Annotated[list[str], typer.Argument(help="Names; upper and lower case matter.")],
    subaccount: SubaccountName,
    level: Level = On.SUBACCOUNT,
    instance: Instance = "",
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Delete one after the other."""
    api = DestinationApi(data, subaccount, instance)
    for name in names:
        api.delete(level, name)
    if as_json:
        give_json({"deleted": names})
    else:
        say(f"Deleted {', '.join(names)}.")
