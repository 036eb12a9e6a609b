"""`landbridge destination set`: create a destination or change its properties."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli.destination_api import DestinationApi, Instance, Level, On, masked
from landbridge.cli.options import DATA, AsJson, Data, SubaccountName, give_json, say
from landbridge.faults import FaultError, fault

HELP = """Create a destination, or change properties of one.

\b
Examples:
  landbridge destination set ERP --subaccount acme Type=HTTP URL=https://erp.example.test
  landbridge destination set ERP --subaccount acme Authentication=BasicAuthentication User=svc Password=secret
  landbridge destination set ERP --subaccount acme --unset Password

Properties that are not named stay as they are. A new destination is of Type HTTP unless another one is said.
"""


def set_(
    name: Annotated[str, typer.Argument(help="Name of the destination; upper and lower case matter.")],
    subaccount: SubaccountName,
    properties: Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE...", help="Properties.")] = None,
    unset: Annotated[list[str] | None, typer.Option("--unset", help="Property to take away. Repeatable.")] = None,
    level: Level = On.SUBACCOUNT,
    instance: Instance = "",
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Read, change, write back."""
    given = dict(_assignment(text) for text in properties or [])
    api = DestinationApi(data, subaccount, instance)
    exists = name in api.names(level)
    before = api.get(level, name) if exists else {"Name": name, "Type": "HTTP"}
    wanted = {key: value for key, value in {**before, **given, "Name": name}.items() if key not in (unset or [])}
    (result,) = (api.replace if exists else api.create)(level, [wanted])
    if "cause" in result:
        cause = str(result["cause"]).rstrip(".")
        raise FaultError(fault("destination.import-incomplete", count=1, total=1, name=name, cause=cause))
    if as_json:
        give_json({"created": not exists, "destination": masked(wanted, secrets=False)})
    else:
        say(f"{'Changed' if exists else 'Created'} {name}.")


def _assignment(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise FaultError(fault("destination.assignment-invalid", text=text[:50]))
    return key, value
