"""`landbridge instance ...`: service instances and their bindings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.listing import done, made, path, show
from landbridge.cli.options import DATA, AsJson, Data, SubaccountName, give, give_json
from landbridge.faults import FaultError, fault
from landbridge.model.subaccount import Service

app = typer.Typer(
    help="Service instances and their bindings.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

Instance = Annotated[str, typer.Argument(help="Name or id of the instance.")]
BindingName = Annotated[str, typer.Option("--name", help="Name of the binding.")]
Days = Annotated[float, typer.Option("--days", help="How long a certificate is valid.")]


Config = Annotated[
    Path | None, typer.Option(help="JSON file with the configuration of a destination instance, as in the original.")
]


def _json(file: Path) -> object:
    """The JSON in a file. Raises `FaultError`."""
    from landbridge.cli.text_file import read_text

    try:
        return json.loads(read_text(file))
    except ValueError as error:
        raise FaultError(fault("platform.file-unreadable", file=file, reason=f"it is no JSON: {error}")) from error


@app.command("list")
def list_all(subaccount: SubaccountName, data: Data = DATA, as_json: AsJson = False) -> None:
    """List the instances of a subaccount."""
    from landbridge.cli.running import RunningSide

    rows = RunningSide(data).get(path("subaccounts", subaccount, "instances"))
    show(rows, ("name", "service", "plan", "id"), as_json, "There is no instance in it.")


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Name of the new instance.")],
    subaccount: SubaccountName,
    service: Annotated[Service, typer.Option(help="Which service.")],
    plan: Annotated[str, typer.Option(help="Default: that of the service. xsuaa: 'broker' serves subscribers.")] = "",
    xsappname: Annotated[str, typer.Option(help="Name of the application (xsuaa). Default: the instance's.")] = "",
    redirect_uri: Annotated[
        list[str] | None, typer.Option(help="Where logins may lead back to (xsuaa); may be repeated.")
    ] = None,
    config: Config = None,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Create an instance with a first binding, 'default'."""
    from landbridge.cli.running import RunningSide

    wish: dict[str, object] = {"name": name, "service": service.value, "plan": plan, "xsappname": xsappname}
    wish |= {"redirectUris": redirect_uri} if redirect_uri else {}
    wish |= {"config": _json(config)} if config else {}
    created = RunningSide(data).post(path("subaccounts", subaccount, "instances"), wish)
    made(created, f"Created {service.value} instance {name} ({created['id']}).", as_json)


@app.command("configure")
def configure(
    instance: Instance,
    subaccount: SubaccountName,
    config: Annotated[Path, typer.Option(help="JSON file: initial content, scopes for people of subscribers.")],
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Configure an instance of the destination service that is there. What the file does not name stays."""
    from landbridge.cli.running import RunningSide

    place = path("subaccounts", subaccount, "instances", instance)
    made(RunningSide(data).patch(place, {"config": _json(config)}), f"Configured instance {instance}.", as_json)


@app.command("delete")
def delete(instance: Instance, subaccount: SubaccountName, data: Data = DATA, as_json: AsJson = False) -> None:
    """Delete an instance with its bindings and everything on its level."""
    from landbridge.cli.running import RunningSide

    RunningSide(data).delete(path("subaccounts", subaccount, "instances", instance))
    done(f"Deleted instance {instance}.", as_json)


@app.command("bindings")
def bindings(instance: Instance, subaccount: SubaccountName, data: Data = DATA, as_json: AsJson = False) -> None:
    """List the bindings of an instance, without secrets."""
    from landbridge.cli.running import RunningSide

    rows = RunningSide(data).get(path("subaccounts", subaccount, "instances", instance, "bindings"))
    show(rows, ("name", "credentialType", "oldCredentialsUntil", "id"), as_json, "It has no binding.")


@app.command("bind")
def bind(
    instance: Instance,
    subaccount: SubaccountName,
    name: BindingName,
    x509: Annotated[bool, typer.Option("--x509", help="A certificate instead of a secret.")] = False,
    csr: Annotated[Path | None, typer.Option(help="Certificate request (PEM), for a key of your own.")] = None,
    days: Days = 365,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Create a binding, and print it as VCAP_SERVICES. The output holds secrets."""
    from landbridge.cli.running import RunningSide
    from landbridge.cli.text_file import read_text

    wish = {"name": name, "credentialType": "x509" if x509 or csr else "binding-secret", "days": days}
    wish |= {"csr": read_text(csr)} if csr else {}
    place = path("subaccounts", subaccount, "instances", instance, "bindings")
    made_binding = RunningSide(data).post(place, wish)
    give_json(made_binding) if as_json else give(json.dumps(made_binding, indent=2))


@app.command("rotate")
def rotate(
    instance: Instance,
    subaccount: SubaccountName,
    name: BindingName = "default",
    minutes: Annotated[float, typer.Option(min=0, help="How long the old credentials stay good.")] = 24 * 60,
    days: Days = 365,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Give a binding new credentials, and print it as VCAP_SERVICES. The output holds secrets."""
    from landbridge.cli.running import RunningSide

    place = path("subaccounts", subaccount, "instances", instance, "bindings", name, "rotate")
    rotated = RunningSide(data).post(place, {"minutes": minutes, "days": days})
    give_json(rotated) if as_json else give(json.dumps(rotated, indent=2))


@app.command("unbind")
def unbind(
    instance: Instance, subaccount: SubaccountName, name: BindingName, data: Data = DATA, as_json: AsJson = False
) -> None:
    """Delete a binding: what was given to its application is worthless from now on."""
    from landbridge.cli.running import RunningSide

    RunningSide(data).delete(path("subaccounts", subaccount, "instances", instance, "bindings", name))
    done(f"Deleted binding {name} of {instance}.", as_json)
