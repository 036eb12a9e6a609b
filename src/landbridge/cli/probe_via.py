"""`landbridge probe via`: a system behind a connector, looked at from where the connector stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.options import DATA, Data, SubaccountName
from landbridge.cli.probe_options import Behind, Telling, pass_on
from landbridge.cli.probing import Location, Where
from landbridge.cli.spread import spread

HELP = """Look at a system behind a connector, without a destination: mapping, resource, backend, answer.

\b
Examples:
  landbridge probe via http://erp.virtual:80/sap/opu --subaccount acme
  landbridge probe via tcp://db.virtual:1433 --subaccount acme --location plant-1
  landbridge probe via http://erp.virtual:80/ --subaccount acme --proxy-token proxy.jwt

Give the virtual host and port. The connector looks at systems of its own mappings only, and requests only paths that
are exposed; anything else is refused, and put on record on both sides. With --proxy-token the request through the
door shows what your application sends there.
"""

ProxyToken = Annotated[Path | None, typer.Option(help="File with what your application sends to the proxy.")]


@spread
def via(
    where: Where,
    subaccount: SubaccountName,
    telling: Telling,
    location: Location = "",
    proxy_token: ProxyToken = None,
    data: Data = DATA,
) -> None:
    """Probe, and tell."""
    from landbridge.cli.text_file import read_text

    shown = {"proxyToken": read_text(proxy_token).strip()} if proxy_token is not None else {}
    pass_on({"target": where, **shown}, Behind(subaccount, location, data), telling)
