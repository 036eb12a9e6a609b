"""`landbridge probe via`: a system behind a connector, looked at from where the connector stands."""

from __future__ import annotations

from landbridge.cli.options import DATA, Data, SubaccountName
from landbridge.cli.probe_options import Behind, Telling, pass_on
from landbridge.cli.probing import Location, Where
from landbridge.cli.spread import spread

HELP = """Look at a system behind a connector, without a destination: mapping, resource, backend, answer.

\b
Examples:
  landbridge probe via http://erp.virtual:80/sap/opu --subaccount acme
  landbridge probe via tcp://db.virtual:1433 --subaccount acme --location plant-1

Give the virtual host and port. The connector looks at systems of its own mappings only, and requests only paths that
are exposed; anything else is refused, and put on record on both sides.
"""


@spread
def via(where: Where, subaccount: SubaccountName, telling: Telling, location: Location = "", data: Data = DATA) -> None:
    """Probe, and tell."""
    pass_on({"target": where}, Behind(subaccount, location, data), telling)
