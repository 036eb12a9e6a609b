"""`landbridge reset`: back to the landscape, without a restart."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.cli.options import DATA, AsJson, Data, give_json, say

HELP = """Go back to the landscape, or to nothing.

\b
Examples:
  landbridge reset
  landbridge reset --empty

Enrolled connectors stay enrolled, and connectors that are connected stay connected. The server profile has no reset.
"""


def reset(
    empty: Annotated[bool, typer.Option("--empty", help="To nothing, not to the landscape.")] = False,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Reset the running cloud side."""
    from landbridge.cli.running import RunningSide

    answer = RunningSide(data).post("/admin/reset", to="empty" if empty else "landscape")
    if as_json:
        give_json(answer)
    else:
        say(f"Reset to {answer['to']} in {answer['ms']} ms.")
