"""`landbridge destination show`: one destination as it is stored."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli.destination_api import DestinationApi, Instance, Level, On, Secrets, masked
from landbridge.cli.options import DATA, AsJson, Data, SubaccountName, give, give_json

HELP = """Show a destination as it is stored.

\b
Example:
  landbridge destination show ERP --subaccount acme
"""


def show(
    name: Annotated[str, typer.Argument(help="Name of the destination; upper and lower case matter.")],
    subaccount: SubaccountName,
    level: Level = On.SUBACCOUNT,
    instance: Instance = "",
    secrets: Secrets = False,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Print its properties."""
    found = masked(DestinationApi(data, subaccount, instance).get(level, name), secrets)
    if as_json:
        give_json(found)
        return
    width = max(map(len, found))
    for key, value in found.items():
        give(f"{key:<{width}}  {value}")
