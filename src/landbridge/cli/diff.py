"""`landbridge diff`: what applying a landscape would change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.options import DATA, AsJson, Data, give, give_json

HELP = """Compare a landscape file with the running cloud side.

\b
Example:
  landbridge diff landscape.yaml && echo nothing to do

Nothing is changed. One line for each thing that 'landbridge apply' would create (+), update (~) or remove (-).
Exit code 0 when there is nothing to do, 1 when there is something.
"""

_SIGNS = {"created": "+", "updated": "~", "removed": "-"}


def diff(
    file: Annotated[Path, typer.Argument(help="Landscape file (YAML).")],
    data: Data = DATA,
    as_json: AsJson = False,
) -> int:
    """Send the landscape, print the differences."""
    from landbridge.cli.landscape_file import sendable
    from landbridge.cli.progress import busy
    from landbridge.cli.running import RunningSide

    text = sendable(file)
    with busy("Comparing"):
        changes = RunningSide(data).post("/admin/landscape/diff", text=text)
    if as_json:
        give_json(changes)
    else:
        for kind, sign in _SIGNS.items():
            for item in changes[kind]:
                give(f"{sign} {item['kind']} {item['name']}  ({item['subaccount']})")
    return 1 if any(changes[kind] for kind in _SIGNS) else 0
