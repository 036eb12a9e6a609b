"""`landbridge connector apply`: give a connector its configuration; one that runs takes it over at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.options import STATE, AsJson, State, give_json, say

HELP = """Give a connector its configuration from a landscape.

\b
Example:
  landbridge connector apply --landscape landscape.yaml --name office

Writes the connector's section into its state folder. A connector that runs notices within a second: new requests
follow the new mappings, those under way are not touched. Another location id takes a restart.
"""


def apply(
    landscape: Annotated[Path, typer.Option(envvar="LANDBRIDGE_LANDSCAPE", help="Landscape file with the mappings.")],
    name: Annotated[str, typer.Option(help="Name of the connector in the landscape.")],
    state: State = STATE,
    as_json: AsJson = False,
) -> None:
    """Check the landscape and keep the connector's part of it."""
    from landbridge.cli.connecting import connector_of
    from landbridge.connector.state.configuration import save_configuration

    content = connector_of(landscape, name)
    save_configuration(state, content)
    if as_json:
        give_json({"connector": name, "mappings": len(content.mappings)})
    else:
        say(f"connector '{name}' is configured: {len(content.mappings)} mappings")
