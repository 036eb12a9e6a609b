"""`landbridge data audit` and `landbridge connector audit`: whether audit records are what was written."""

from __future__ import annotations

from pathlib import Path

from landbridge.cli.options import DATA, STATE, AsJson, Data, State, give_json, say

CLOUD_HELP = """Check the audit records of the cloud side: every byte, and that none is missing in between.

\b
Example:
  landbridge data audit
"""

CONNECTOR_HELP = """Check the audit records of a connector: every byte, and that none is missing in between.

\b
Example:
  landbridge connector audit --state /var/lib/landbridge-connector
"""

_SHOWN = 10


def cloud(data: Data = DATA, as_json: AsJson = False) -> None:
    """Check the records in the data folder."""
    _check(data / "audit", as_json)


def connector(state: State = STATE, as_json: AsJson = False) -> None:
    """Check the records in the connector's folder."""
    _check(state / "audit", as_json)


def _check(folder: Path, as_json: bool) -> None:
    from landbridge.faults import FaultError, fault
    from landbridge.observe.audit import check

    try:
        good, damages = check(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FaultError(fault("platform.file-unreadable", file=error.filename or folder, reason=reason)) from error
    if damages:
        places = [f"{damage.file.name} line {damage.line} ({damage.reason})" for damage in damages[:_SHOWN]]
        if len(damages) > _SHOWN:
            places.append(f"and {len(damages) - _SHOWN} more")
        raise FaultError(fault("audit.damaged", folder=folder, places="; ".join(places)))
    if as_json:
        give_json({"folder": str(folder), "records": good})
    else:
        say(f"{good} records in {folder}, all as they were written.")
