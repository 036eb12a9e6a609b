"""`landbridge connector invite`: authentication data for a new connector (cloud side)."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from landbridge.cli.options import DATA, AsJson, Data, SubaccountName, give, give_json, say

HELP = """Print authentication data that lets one connector in, once.

\b
Examples:
  landbridge connector invite --subaccount acme
  landbridge connector invite --subaccount acme --location-id office --minutes 10

Give the printed line to the operator of the connector, who runs 'landbridge connector enroll <line>'.
It holds a secret until it is used or too old.
"""


def invite(
    subaccount: SubaccountName,
    location_id: Annotated[str, typer.Option(help="Location id the connector shall have. Empty is one too.")] = "",
    minutes: Annotated[float, typer.Option(min=0.1, max=10080, help="How long it can be used.")] = 60,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Invite a connector into a subaccount of the running cloud side."""
    from landbridge.cli.running import RunningSide

    path = f"/admin/subaccounts/{quote(subaccount, safe='')}/connectors/invitations"
    answer = RunningSide(data).post(path, {"locationId": location_id, "minutes": minutes})
    if as_json:
        give_json(answer)
        return
    give(answer["authenticationData"])
    say(f"Usable once, until {answer['expires']}. Next, on the connector's machine: landbridge connector enroll <line>")
