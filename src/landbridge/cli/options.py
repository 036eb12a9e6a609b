"""Options that several commands share, and the two ways in which commands speak."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path,
    typer.Option("--data", envvar="LANDBRIDGE_DATA", help="Data folder of the cloud side.", show_default=True),
]
DATA = Path(".landbridge")

State = Annotated[
    Path,
    typer.Option("--state", envvar="LANDBRIDGE_CONNECTOR_STATE", show_envvar=False, help="Folder of the connector."),
]
STATE = Path(".landbridge-connector")

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to stdout, and errors as JSON to stderr.")]

SubaccountName = Annotated[str, typer.Option("--subaccount", help="Id or subdomain of the subaccount.")]


def say(text: str) -> None:
    """Talk: to stderr."""
    typer.echo(text, err=True)


def give(text: str) -> None:
    """Data: to stdout."""
    typer.echo(text)


def give_json(value: object) -> None:
    """Data as one JSON document in one line."""
    typer.echo(json.dumps(value, ensure_ascii=False))
