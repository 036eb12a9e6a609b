"""The command `landbridge`: puts the commands together. Heavy parts are imported by the commands that need them."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from landbridge import __version__
from landbridge.cli import (
    administrator,
    apply,
    binding,
    ca,
    connector,
    data,
    destination,
    diff,
    explain,
    export,
    failure,
    hosts,
    instance,
    issuer,
    key,
    probe,
    reset,
    role,
    status,
    subaccount,
    subscription,
    trace,
    up,
    user,
)
from landbridge.cli.ending import ended

HELP = """Destinations, connectivity and a connector for on-premise systems; every failure has a name.

\b
Start the cloud side:      landbridge up --landscape landscape.yaml
Credentials for your app:  landbridge binding --subaccount acme --format default-env > default-env.json
Let a connector in:        landbridge connector invite --subaccount acme
See all of it work:        landbridge demo

stdout is data, stderr is talk. Exit codes are those of the faults ('landbridge fault list').
"""

app = typer.Typer(
    name="landbridge",
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"landbridge {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """Options of the program as a whole."""


app.command("up", help=up.HELP)(up.up)
app.command("binding", help=binding.HELP)(binding.binding)
app.add_typer(subaccount.app, name="subaccount")
app.add_typer(instance.app, name="instance")
app.add_typer(subscription.app, name="subscription")
app.add_typer(user.app, name="user")
app.add_typer(role.app, name="role")
app.add_typer(issuer.app, name="issuer")
app.add_typer(administrator.app, name="administrator")
app.add_typer(key.app, name="key")
app.add_typer(connector.app, name="connector")
app.command("status", help=status.HELP)(status.status)
app.add_typer(probe.app, name="probe")
app.command("explain", help=explain.HELP)(explain.explain)
app.command("trace", help=trace.HELP)(trace.trace)
app.command("apply", help=apply.HELP)(apply.apply)
app.command("diff", help=diff.HELP)(diff.diff)
app.command("export", help=export.HELP)(export.export)
app.add_typer(destination.app, name="destination")
app.command("reset", help=reset.HELP)(reset.reset)
app.command("ca", help=ca.HELP)(ca.ca)
app.add_typer(failure.app, name="failure")
app.add_typer(data.app, name="data")
app.command("hosts", help=hosts.HELP)(hosts.hosts)


def _mount_optional() -> None:
    """Commands that live in modules of their own kind, where they are installed."""
    if importlib.util.find_spec("landbridge.cli.demo"):
        app.command("demo")(importlib.import_module("landbridge.cli.demo").demo)
    if importlib.util.find_spec("landbridge.cli.fault"):
        app.add_typer(importlib.import_module("landbridge.cli.fault").app, name="fault")


_mount_optional()


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    as_json = "--json" in arguments
    return ended(lambda: app(args=list(arguments), prog_name="landbridge", standalone_mode=False), as_json)


def main() -> None:
    """Entry point of the installed command."""
    sys.exit(run(sys.argv[1:]))
