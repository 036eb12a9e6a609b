"""`landbridge data audit` and `landbridge connector audit`: whether audit records are what was written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from landbridge.cli.options import DATA, STATE, AsJson, Data, State, give_json, say

if TYPE_CHECKING:
    from landbridge.observe.audit import Damage

CLOUD_HELP = """Check the audit records of the cloud side: every byte, and that none is missing in between.

\b
Example:
  landbridge data audit
  landbridge data audit --known 5f0e...   (the hash that an earlier check has shown)
"""

CONNECTOR_HELP = """Check the audit records of a connector: every byte, and that none is missing in between.

\b
Example:
  landbridge connector audit --state /var/lib/landbridge-connector
"""

_SHOWN = 10


Known = Annotated[str, typer.Option(help="Hash that must be among the records: what an earlier check has shown.")]


def cloud(data: Data = DATA, known: Known = "", as_json: AsJson = False) -> None:
    """Check the records in the data folder."""
    _check(data / "audit", known, as_json)


def connector(state: State = STATE, known: Known = "", as_json: AsJson = False) -> None:
    """Check the records in the connector's folder."""
    _check(state / "audit", known, as_json)


def _check(folder: Path, known: str, as_json: bool) -> None:
    from landbridge.faults import FaultError, fault
    from landbridge.observe.audit import check, head

    try:
        good, damages = check(folder, known)
        last = head(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FaultError(fault("platform.file-unreadable", file=error.filename or folder, reason=reason)) from error
    if damages:
        places = [_place(damage) for damage in damages[:_SHOWN]]
        if len(damages) > _SHOWN:
            places.append(f"and {len(damages) - _SHOWN} more")
        raise FaultError(fault("audit.damaged", folder=folder, places="; ".join(places)))
    if as_json:
        give_json({"folder": str(folder), "records": good, "head": last})
    else:
        say(f"{good} records in {folder}, all as they were written. The last one has the hash {last}.")


def _place(damage: Damage) -> str:
    line = f" line {damage.line}" if damage.line else ""
    return f"{damage.file.name}{line} ({damage.reason})"
