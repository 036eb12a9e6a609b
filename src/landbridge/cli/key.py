"""`landbridge key ...`: the keys that sign tokens."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli.listing import done, made, path, show
from landbridge.cli.options import DATA, AsJson, Data, give_json

app = typer.Typer(
    help="Keys that sign tokens: list, rotate, retire.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
)


@app.command("list")
def list_all(data: Data = DATA, as_json: AsJson = False) -> None:
    """List the published keys."""
    from landbridge.cli.running import RunningSide

    keys = RunningSide(data).get(path("keys"))
    if as_json:
        give_json(keys)
        return
    rows = [{"key": kid, "state": "signs" if kid == keys["signing"] else "published"} for kid in keys["published"]]
    show(rows, ("key", "state"), as_json, "")


@app.command("rotate")
def rotate(
    at_once: Annotated[bool, typer.Option("--at-once", help="Sign with it now: a key was stolen.")] = False,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Publish a new key; it signs half an hour later, when every client knows it."""
    from landbridge.cli.running import RunningSide

    query = {"atOnce": "true"} if at_once else {}
    keys = RunningSide(data).post(path("keys", "rotate"), **query)
    made(keys, f"Published {keys['published'][0]}; {keys['signing']} signs.", as_json)


@app.command("retire")
def retire(
    kid: Annotated[str, typer.Argument(help="Id of the key.")], data: Data = DATA, as_json: AsJson = False
) -> None:
    """Trust a key no longer: all tokens that it signed become invalid."""
    from landbridge.cli.running import RunningSide

    RunningSide(data).delete(path("keys", kid))
    done(f"{kid} is trusted no longer.", as_json)
