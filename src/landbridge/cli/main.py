"""The command `landbridge`: puts the commands together. Heavy parts are imported by the commands that need them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from landbridge import __version__
from landbridge.cli.ending import ended

HELP = """Destinations, connectivity and a connector for on-premise systems; every failure has a name.

\b
Start the cloud side:      landbridge up --landscape landscape.yaml
Credentials for your app:  landbridge binding --subaccount acme --format default-env > default-env.json
Let a connector in:        landbridge connector invite --subaccount acme
See all of it work:        landbridge demo

stdout is data, stderr is talk. Exit codes are those of the faults ('landbridge fault list').
"""

COMMANDS = (
    "up",
    "binding",
    "subaccount",
    "instance",
    "subscription",
    "user",
    "role",
    "issuer",
    "administrator",
    "key",
    "connector",
    "status",
    "check",
    "probe",
    "explain",
    "trace",
    "apply",
    "diff",
    "export",
    "destination",
    "reset",
    "inject",
    "lab",
    "ca",
    "failure",
    "fault",
    "data",
    "hosts",
    "demo",
)
"""In the order of the help. Each is a module here, with a group `app` or a function of the same name."""


def application(first: str = "") -> typer.Typer:
    """The command line; with nothing but the command `first`, if it is one: the others cost time to import."""
    app = typer.Typer(
        name="landbridge",
        help=HELP,
        no_args_is_help=True,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for name in [first] if first in COMMANDS else COMMANDS:
        _mount(app, name)
    return app


def _mount(app: typer.Typer, name: str) -> None:
    module = importlib.import_module(f"landbridge.cli.{name}")
    if hasattr(module, "app"):
        app.add_typer(module.app, name=name)
    else:
        app.command(name, help=getattr(module, "HELP", None))(getattr(module, name))


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"landbridge {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """Options of the program as a whole."""


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    app = application(arguments[0] if arguments else "")
    as_json = "--json" in arguments
    return ended(lambda: app(args=list(arguments), prog_name="landbridge", standalone_mode=False), as_json)


def main() -> None:
    """Entry point of the installed command."""
    sys.exit(run(sys.argv[1:]))
