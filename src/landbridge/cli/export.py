"""`landbridge export`: the running cloud side as a landscape file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.options import DATA, AsJson, Data, give, give_json, say

HELP = """Write the landscape of the running cloud side.

\b
Examples:
  landbridge export > landscape.yaml
  landbridge export --secrets --output landscape.yaml

Without --secrets, secret properties and files with private keys are left out: for reading and comparing, not for
applying. Passwords of users are hashes and stay where they are; mappings are the connectors' own.
"""


def export(
    secrets: Annotated[bool, typer.Option("--secrets", help="With everything that is secret.")] = False,
    output: Annotated[Path | None, typer.Option(help="File to write, for its owner alone. Default: stdout.")] = None,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Print the landscape, or write it to a file."""
    from landbridge.cli.files import write_private
    from landbridge.cli.running import RunningSide

    text = RunningSide(data).text("/admin/landscape", secrets=str(secrets).lower())
    if output is not None:
        write_private(output, text.encode())
        say(f"Written to {output}.")
    elif as_json:
        give_json({"landscape": text})
    else:
        give(text.rstrip("\n"))
