"""`landbridge status`: the connectors, as the running cloud side sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landbridge.cli.options import DATA, AsJson, Data, give, give_json, say

HELP = """List the connectors: enrolled, connected, revoked.

\b
Examples:
  landbridge status
  landbridge status --json
"""

COLUMNS = (
    "subaccount",
    "locationId",
    "state",
    "connectorId",
    "name",
    "since",
    "address",
    "version",
    "systems",
    "streams",
    "bytes",
    "roundTripMs",
    "lastFault",
)


def status(data: Data = DATA, as_json: AsJson = False) -> None:
    """List the connectors of the running cloud side."""
    from landbridge.cli.running import RunningSide

    side = RunningSide(data)
    connectors = side.get("/admin/connectors")
    if as_json:
        give_json(connectors)
        return
    say(f"landbridge runs as process {side.running.pid} at {side.running.api_url} ({side.running.profile} profile).")
    if not connectors:
        say("No connector is enrolled or expected. Let one in: landbridge connector invite --subaccount ...")
        return
    rows = [_summary(row) for row in connectors]
    for line in table([{key: str(row.get(key) or "") for key in COLUMNS} for row in rows]):
        give(line)


def _summary(row: Mapping[str, Any]) -> dict[str, Any]:
    """A connector in a line: lists and objects in a few words; the whole of them is in --json."""
    last = row.get("lastFault")
    more: dict[str, Any] = {"lastFault": f"{last['code']} at {last['at']}" if last else ""}
    if row["state"] == "connected":
        more |= {
            "version": row["agentVersion"],
            "systems": len(row["exposed"]),
            "streams": str(row["streams"]),
            "bytes": f"{row['bytesToConnector']} out, {row['bytesFromConnector']} in",
        }
    return {**row, **more}


def table(rows: list[dict[str, str]]) -> list[str]:
    """Rows as lines with aligned columns; columns that are empty everywhere are left out."""
    names = [name for name in rows[0] if any(row[name] for row in rows)]
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in names}
    lines = [{name: name.upper() for name in names}, *rows]
    return ["  ".join(line[name].ljust(widths[name]) for name in names).rstrip() for line in lines]
