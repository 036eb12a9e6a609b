"""What a running connector says about itself on its own machine: a small file, written anew every few seconds.

A file, and no port: whoever may read the connector's folder may read its state, and nobody else.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from landbridge.connector.dialler import Dialler
from landbridge.connector.state.files import write_private
from landbridge.connector.troubles import Trouble
from landbridge.faults import Fault

STATUS_FILE = "status.json"
INTERVAL = 2.0
STALE = 15.0
"""Seconds after which a file is the last word of a program that is gone."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """One connection to one gateway. `since` is when that state began; times are seconds since the epoch.

    state        connected, waiting (for the next attempt), dialling, or ended (redialling is pointless)
    fault        why there is no connection: code, sentence, action
    retry_in     seconds from `since` to the next attempt
    skew         by how many seconds the gateway's clock is ahead of ours
    """

    gateway: str
    state: str
    since: float
    fault: dict[str, str] | None = None
    retry_in: float | None = None
    skew: float = 0.0
    streams: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    round_trip: float = 0.0


@dataclass(frozen=True, slots=True)
class ConnectorReport:
    """The connector at one moment. `troubles` are the last faults of backends, one for each system."""

    connector_id: str
    subaccount_id: str
    location_id: str
    name: str
    agent_version: str
    compat_version: str
    pid: int
    started: float
    updated: float
    certificate_expires: float
    trusted_issuers: int
    systems: tuple[str, ...]
    links: tuple[LinkStatus, ...]
    refusals: dict[str, int] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()


def link_status(dialler: Dialler) -> LinkStatus:
    """The connection of a dialler now."""
    session, last = dialler.session, dialler.last
    if session is not None and session.welcomed:
        return LinkStatus(
            dialler.address,
            "connected",
            session.welcomed,
            skew=session.skew,
            streams=session.busy,
            bytes_sent=session.mux.bytes_sent,
            bytes_received=session.mux.bytes_received,
            round_trip=session.link.round_trip,
        )
    if last is None or session is not None:
        return LinkStatus(dialler.address, "dialling", dialler.changed)
    state = "waiting" if last.retry_in is not None else "ended"
    return LinkStatus(dialler.address, state, dialler.changed, told(last.reason), last.retry_in)


def told(reason: Fault) -> dict[str, str]:
    """A fault as it stands in the file."""
    return {"code": reason.code, "message": reason.sentence, "action": reason.action}


class Reporting(Protocol):
    """Who can be asked for a report; `connector.program.Connector` is one."""

    def status(self) -> ConnectorReport:
        """The connector now."""


async def keep_status(connector: Reporting, folder: Path, interval: float = INTERVAL) -> None:
    """Write the file until cancelled; then remove it. A folder that cannot be written is no reason to stop."""
    file = folder / STATUS_FILE
    try:
        while True:
            try:
                write_private(file, json.dumps(asdict(connector.status())) + "\n")
            except OSError as error:
                _log.warning("status not written: %s", error.strerror, extra={"file": str(file)})
            await asyncio.sleep(interval)
    finally:
        file.unlink(missing_ok=True)


def read_status(folder: Path, now: float) -> tuple[dict[str, Any] | None, bool]:
    """(the report in the file, whether its program still runs). Raises `OSError` for a file that cannot be read."""
    try:
        report = json.loads((folder / STATUS_FILE).read_text())
        updated, pid = float(report["updated"]), int(report["pid"])
    except FileNotFoundError:
        return None, False
    except (ValueError, KeyError, TypeError):
        return None, False
    return report, now - updated < STALE and _is_alive(pid)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
