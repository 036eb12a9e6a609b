"""`landbridge connector revoke`: take a connector's certificate away (cloud side)."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from landbridge.cli.options import DATA, AsJson, Data, give_json, say

HELP = """Revoke a connector: its certificate is worth nothing from now on, and its tunnel closes.

\b
Example:
  landbridge connector revoke 0b9c2a4e-3f0c-4b7b-9a44-5f2f4cbb8f10

'landbridge status' shows the ids.
"""


def revoke(
    connector_id: Annotated[str, typer.Argument(help="Id of the connector.")],
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Revoke a connector of the running cloud side."""
    from landbridge.cli.running import RunningSide

    answer = RunningSide(data).post(f"/admin/connectors/{quote(connector_id, safe='')}/revoke")
    if as_json:
        give_json(answer)
    else:
        say(f"Connector {answer['connectorId']} is revoked ({answer['certificates']} certificates).")
