"""`landbridge role ...`: what people may do."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli.listing import done, made, path, show
from landbridge.cli.options import DATA, AsJson, Data, SubaccountName
from landbridge.model.role import Role

app = typer.Typer(
    help="Roles of people: list, give, take.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

Person = Annotated[str, typer.Argument(help="User name; for people of a trusted issuer '<issuer>/<name>'.")]
RoleName = Annotated[Role, typer.Argument(help="Name of the role.")]
Instance = Annotated[str, typer.Option("--instance", help="Only for this service instance.")]


@app.command("list")
def list_all(subaccount: SubaccountName, data: Data = DATA, as_json: AsJson = False) -> None:
    """List who has which role in a subaccount."""
    from landbridge.cli.running import RunningSide

    rows = RunningSide(data).get(path("subaccounts", subaccount, "roles"))
    show(rows, ("person", "role", "instanceId"), as_json, "Nobody has a role in it.")


@app.command("give")
def give_role(
    person: Person,
    role: RoleName,
    subaccount: SubaccountName,
    instance: Instance = "",
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Give a role; it is in tokens that are issued from now on."""
    from landbridge.cli.running import RunningSide

    wish = {"person": person, "role": role.value, "instance": instance}
    given = RunningSide(data).post(path("subaccounts", subaccount, "roles"), wish)
    made(given, f"{person} has the role {role.value}.", as_json)


@app.command("take")
def take_role(
    person: Person,
    role: RoleName,
    subaccount: SubaccountName,
    instance: Instance = "",
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Take a role away; tokens that carry it live until they expire."""
    from landbridge.cli.running import RunningSide

    place = path("subaccounts", subaccount, "roles")
    RunningSide(data).delete(place, person=person, role=role.value, instance=instance)
    done(f"{person} no longer has the role {role.value}.", as_json)
