"""Notices a changed configuration and applies it to the running connector."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from landbridge.connector.program import Connector
from landbridge.connector.state.configuration import load_configuration, stamp
from landbridge.faults import FaultError, fault

INTERVAL = 1.0

_log = logging.getLogger(__name__)


async def watch(connector: Connector, folder: Path, interval: float = INTERVAL) -> None:
    """Apply every change of the configuration in `folder`, until cancelled. One that cannot be used changes nothing."""
    seen = stamp(folder)
    while True:
        await asyncio.sleep(interval)
        now = stamp(folder)
        if now == seen:
            continue
        seen = now
        try:
            content = load_configuration(folder)
            if content.location_id != connector.location_id:
                raise FaultError(fault("connector.restart-needed", location=content.location_id))
            await connector.reconfigure(content)
        except FaultError as error:
            fields = {"fault": error.fault.code, "do": error.fault.action}
            _log.error("configuration not applied: %s", error.fault.sentence, extra=fields)
        else:
            _log.info("configuration applied", extra={"mappings": len(content.mappings)})
