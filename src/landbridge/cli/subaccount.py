"""`landbridge subaccount ...`: the tenants of this installation."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli.listing import done, made, path, show
from landbridge.cli.options import DATA, AsJson, Data

app = typer.Typer(
    help="Subaccounts: list, create, delete.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

Named = Annotated[str, typer.Argument(help="Id or subdomain.")]


@app.command("list")
def list_all(data: Data = DATA, as_json: AsJson = False) -> None:
    """List the subaccounts."""
    from landbridge.cli.running import RunningSide

    rows = RunningSide(data).get(path("subaccounts"))
    show(rows, ("subdomain", "id", "name"), as_json, "There is none. Make one: landbridge subaccount create ...")


@app.command("create")
def create(
    subdomain: Annotated[str, typer.Argument(help="One DNS label; tenants are chosen by it.")],
    id: Annotated[str, typer.Option("--id", help="A GUID. Default: a new one.")] = "",
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Create a subaccount."""
    from landbridge.cli.running import RunningSide

    created = RunningSide(data).post(path("subaccounts"), {"subdomain": subdomain, "id": id, "name": name})
    made(created, f"Created subaccount {subdomain} ({created['id']}).", as_json)


@app.command("delete")
def delete(subaccount: Named, data: Data = DATA, as_json: AsJson = False) -> None:
    """Delete a subaccount with everything in it."""
    from landbridge.cli.running import RunningSide

    RunningSide(data).delete(path("subaccounts", subaccount))
    done(f"Deleted subaccount {subaccount}.", as_json)
