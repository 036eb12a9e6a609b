"""`landbridge probe via`: a system behind a connector, looked at from where the connector stands."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli.options import DATA, AsJson, Data, SubaccountName
from landbridge.cli.probing import HtmlFile, Location, Where, through

HELP = """Look at a system behind a connector, without a destination: mapping, resource, backend, answer.

\b
Examples:
  landbridge probe via http://erp.virtual:80/sap/opu --subaccount acme
  landbridge probe via tcp://db.virtual:1433 --subaccount acme --location plant-1

Give the virtual host and port. The connector looks at systems of its own mappings only, and requests only paths that
are exposed; anything else is refused, and put on record on both sides.
"""


def via(
    where: Where,
    subaccount: SubaccountName,
    location: Location = "",
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, max=30, help="Seconds for each measurement.")] = 10.0,
    html: HtmlFile = None,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Probe, and tell."""
    through(where, subaccount, location, timeout, data, as_json, html)
