"""`landbridge subscription ...`: which subaccount uses whose application."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli.listing import done, made, path, show
from landbridge.cli.options import DATA, AsJson, Data, SubaccountName

app = typer.Typer(
    help="Subscriptions: list, create, delete.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

Provider = Annotated[str, typer.Option("--provider", help="Id or subdomain of the subaccount with the application.")]
Application = Annotated[str, typer.Option("--application", help="Name of the application (xsappname).")]


@app.command("list")
def list_all(subaccount: SubaccountName, data: Data = DATA, as_json: AsJson = False) -> None:
    """List the subscriptions that a subaccount has, and those to its applications."""
    from landbridge.cli.running import RunningSide

    rows = RunningSide(data).get(path("subaccounts", subaccount, "subscriptions"))
    show(rows, ("subscriber", "provider", "application"), as_json, "There is no subscription.")


@app.command("create")
def create(
    subaccount: SubaccountName, provider: Provider, application: Application, data: Data = DATA, as_json: AsJson = False
) -> None:
    """Subscribe a subaccount: clients of the provider get tokens for it from now on."""
    from landbridge.cli.running import RunningSide

    place = path("subaccounts", subaccount, "subscriptions")
    created = RunningSide(data).post(place, {"provider": provider, "application": application})
    made(created, f"{created['subscriber']} has subscribed to {application} of {created['provider']}.", as_json)


@app.command("delete")
def delete(
    subaccount: SubaccountName, provider: Provider, application: Application, data: Data = DATA, as_json: AsJson = False
) -> None:
    """End a subscription."""
    from landbridge.cli.running import RunningSide

    place = path("subaccounts", subaccount, "subscriptions")
    RunningSide(data).delete(place, provider=provider, application=application)
    done(f"Ended the subscription to {application} of {provider}.", as_json)
