"""`landbridge trace`: how one request came to the identity with which it reached its backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from landbridge.cli.options import DATA, AsJson, Data, give, give_json, say
from landbridge.faults import FaultError, fault

HELP = """Show how a request came to its identity: token, key, subject, certificate, answer.

\b
Examples:
  landbridge trace --enable 100 --subaccount acme    keep the last 100 of this subaccount; 0 stops
  landbridge trace --subaccount acme                 which requests were traced
  landbridge trace 5f0c1a2b-1f                       one of them, by its X-Request-Id

Traces name people: they are kept in memory, for subaccounts that asked for them. They never hold a token.
"""

COLUMNS = ("requestId", "time", "outcome")


def trace(
    request: Annotated[str, typer.Argument(metavar="REQUEST-ID", help="Id of the request.")] = "",
    subaccount: Annotated[str, typer.Option(help="Id or subdomain of the subaccount.")] = "",
    enable: Annotated[
        int | None, typer.Option(min=0, max=10_000, help="Keep so many traces from now on. 0: none.")
    ] = None,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Show an identity trace, list those of a subaccount, or switch them on."""
    from landbridge.cli.listing import path
    from landbridge.cli.running import RunningSide

    if not (request or subaccount) or (enable is not None and (request or not subaccount)):
        problem = "give a request id, or --subaccount, or --enable with --subaccount"
        raise FaultError(fault("platform.usage", problem=problem, command="landbridge trace"))
    side = RunningSide(data)
    if request:
        query = {"subaccount": subaccount} if subaccount else {}
        _tell(side.get(path("traces", request), **query), as_json)
    elif enable is not None:
        _switched(side.put(path("subaccounts", subaccount, "traces"), {"keep": enable}), as_json)
    else:
        _list(side.get(path("subaccounts", subaccount, "traces")), as_json)


def _switched(kept: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        give_json(kept)
    elif kept["keep"]:
        say(f"The last {kept['keep']} requests with a user are traced from now on.")
    else:
        say("Traces are off, and those that were there are gone.")


def _list(kept: Mapping[str, Any], as_json: bool) -> None:
    from landbridge.cli.listing import show

    if as_json:
        give_json(kept)
        return
    none = "No request was traced yet." if kept["keep"] else "Traces are off; switch them on with --enable 100."
    show([{**row, "outcome": _line(row["outcome"])} for row in kept["traces"]], COLUMNS, False, none)


def _tell(found: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        give_json(found)
        return
    give(f"request {found['requestId']} at {found['time']}, through connector {found['connectorId']}")
    for number, step in enumerate(found["steps"], 1):
        give(f"{number:3}. {_line(step)}")


def _line(step: Mapping[str, str]) -> str:
    """A step in a line: its name, then what is known about it."""
    facts = ", ".join(f"{name} {value}" for name, value in step.items() if name != "step")
    return f"{step.get('step', '')}: {facts}" if facts else step.get("step", "")
