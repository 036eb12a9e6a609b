"""`landbridge apply`: a landscape file for the cloud side that runs already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.options import DATA, AsJson, Data, give_json, say

HELP = """Apply a landscape file.

It goes to the running cloud side. Applying it twice changes nothing.

\b
Example:
  landbridge apply landscape.yaml
"""


def apply(
    file: Annotated[Path, typer.Argument(help="Landscape file (YAML).")],
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Read a landscape file here, so that errors name the file as given; then send what the cloud side needs of it."""
    from landbridge.cli.landscape_file import sendable
    from landbridge.cli.progress import busy
    from landbridge.cli.running import RunningSide

    text = sendable(file)
    with busy("Applying"):
        changes = RunningSide(data).post("/admin/landscape", text=text)
    if as_json:
        give_json(changes)
    else:
        say("Applied: " + ", ".join(f"{count} {what}" for what, count in changes.items()) + ".")
