"""`landbridge hosts`: lines for a hosts file, for clients that insist on a host name for each tenant."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli.options import DATA, AsJson, Data, give, give_json

HELP = """Print lines for /etc/hosts.

They make <subdomain>.<token domain> lead to this machine, for clients that insist on it.

\b
Example:
  landbridge hosts | sudo tee -a /etc/hosts
"""


def hosts(
    address: Annotated[str, typer.Option(help="Where the names shall lead.")] = "127.0.0.1",
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Print one line for the token domain and one for each subaccount."""
    from landbridge.cli.running import RunningSide

    side = RunningSide(data)
    domain = side.running.token_domain
    names = [domain, *(f"{subaccount['subdomain']}.{domain}" for subaccount in side.get("/admin/subaccounts"))]
    if as_json:
        give_json([{"address": address, "name": name} for name in names])
        return
    for name in names:
        give(f"{address} {name}")
