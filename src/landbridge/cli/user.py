"""`landbridge user ...`: people of a subaccount."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli.listing import done, made, path, show
from landbridge.cli.options import DATA, AsJson, Data, SubaccountName

app = typer.Typer(
    help="Users: list, create, delete.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

Password = Annotated[
    str,
    typer.Option(
        "--password", envvar="LANDBRIDGE_PASSWORD", prompt=True, hide_input=True, help="Asked for if not given."
    ),
]


@app.command("list")
def list_all(subaccount: SubaccountName, data: Data = DATA, as_json: AsJson = False) -> None:
    """List the users of a subaccount."""
    from landbridge.cli.running import RunningSide

    rows = RunningSide(data).get(path("subaccounts", subaccount, "users"))
    show(rows, ("name", "email", "scopes", "groups"), as_json, "There is no user in it.")


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="User name, often a mail address.")],
    subaccount: SubaccountName,
    password: Password,
    email: Annotated[str, typer.Option(help="Mail address, if it is not the name.")] = "",
    scope: Annotated[list[str] | None, typer.Option(help="A scope; may be repeated.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="A group; may be repeated.")] = None,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Create a user, or replace the one of that name."""
    from landbridge.cli.running import RunningSide

    wish = {"name": name, "password": password, "email": email, "scopes": scope or [], "groups": group or []}
    created = RunningSide(data).post(path("subaccounts", subaccount, "users"), wish)
    made(created, f"User {name} can log on.", as_json)


@app.command("delete")
def delete(
    name: Annotated[str, typer.Argument(help="User name.")],
    subaccount: SubaccountName,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Delete a user with roles and refresh tokens."""
    from landbridge.cli.running import RunningSide

    RunningSide(data).delete(path("subaccounts", subaccount, "users", name))
    done(f"Deleted user {name}.", as_json)
