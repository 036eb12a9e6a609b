"""`landbridge destination list`: what a level holds."""

from __future__ import annotations

from landbridge.cli.destination_api import DestinationApi, Instance, Level, On, Secrets, masked
from landbridge.cli.options import DATA, AsJson, Data, SubaccountName, give, give_json

HELP = """List the destinations of a level.

\b
Example:
  landbridge destination list --subaccount acme --json
"""

_COLUMNS = ("Name", "Type", "Authentication", "ProxyType", "URL")


def list_(
    subaccount: SubaccountName,
    level: Level = On.SUBACCOUNT,
    instance: Instance = "",
    secrets: Secrets = False,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Print a table, or with --json everything."""
    found = [masked(item, secrets) for item in DestinationApi(data, subaccount, instance).all(level)]
    if as_json:
        give_json(found)
        return
    rows = [[name.upper() for name in _COLUMNS], *([item.get(name, "") for name in _COLUMNS] for item in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for row in rows:
        give("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
