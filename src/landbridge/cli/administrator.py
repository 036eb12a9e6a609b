"""`landbridge administrator ...`: who else may do all this."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli.listing import done, made, path, show
from landbridge.cli.options import DATA, AsJson, Data
from landbridge.cli.user import Password

app = typer.Typer(
    help="Administrators: list, create, delete.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

Named = Annotated[str, typer.Argument(help="Name; for people of the identity provider the one it tells.")]


@app.command("list")
def list_all(data: Data = DATA, as_json: AsJson = False) -> None:
    """List the administrators."""
    from landbridge.cli.running import RunningSide

    rows = RunningSide(data).get(path("administrators"))
    show(rows, ("name", "subaccountId"), as_json, "There is none besides the admin token.")


@app.command("create")
def create(
    name: Named,
    password: Password,
    subaccount: Annotated[str, typer.Option(help="Only this one. Default: the whole installation.")] = "",
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Create an administrator, or replace the one of that name."""
    from landbridge.cli.running import RunningSide

    wish = {"name": name, "password": password, "subaccount": subaccount}
    created = RunningSide(data).post(path("administrators"), wish)
    made(created, f"{name} can log on at POST /admin/login.", as_json)


@app.command("delete")
def delete(name: Named, data: Data = DATA, as_json: AsJson = False) -> None:
    """Delete an administrator; sessions end at once."""
    from landbridge.cli.running import RunningSide

    RunningSide(data).delete(path("administrators", name))
    done(f"{name} is no administrator any more.", as_json)
