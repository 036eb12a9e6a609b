"""What `landbridge connector run` does while it runs: serve, and say what happens to the tunnel."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from pathlib import Path

from landbridge.cli.options import give_json
from landbridge.cli.signals import stop_requested
from landbridge.connector.auditing import AUDIT_FOLDER
from landbridge.connector.program import CertificateRenewed, Connected, Connector, Event
from landbridge.connector.settings import ConnectorSettings
from landbridge.connector.state.configuration import save_configuration
from landbridge.connector.state.files import ConnectorState
from landbridge.connector.status import keep_status
from landbridge.connector.watch import watch
from landbridge.faults import Fault, FaultError, fault
from landbridge.landscape.certificates import FileUse
from landbridge.landscape.read import read
from landbridge.model.landscape import ConnectorContent
from landbridge.net.clock import system_clock
from landbridge.net.proxy import HttpProxy, parse_proxy
from landbridge.observe.audit import AuditTrail

logger = logging.getLogger("landbridge.connector")

SKEW_LIMIT = 60.0


def connector_of(landscape: Path, name: str) -> ConnectorContent:
    """The connector of that name. Raises `FaultError`: what `read` raises, or `platform.connector-not-described`."""
    connectors = read(landscape, certificate_files=FileUse.SKIP).connectors
    for connector in connectors:
        if connector.name == name:
            return connector
    known = ", ".join(connector.name for connector in connectors) or "none"
    raise FaultError(fault("platform.connector-not-described", file=landscape, name=name, known=known))


def proxy_of(url: str) -> HttpProxy | None:
    """The proxy, or None for no text. Raises `FaultError` (`platform.setting-invalid`)."""
    try:
        return parse_proxy(url) if url else None
    except ValueError:
        expected = "http://[user:password@]host:port"
        raise FaultError(fault("platform.setting-invalid", setting="--proxy", value="***", expected=expected)) from None


async def connect(
    identity: ConnectorState, content: ConnectorContent, settings: ConnectorSettings, stop_grace: float, as_json: bool
) -> None:
    """Run the connector and keep its configuration. Raises `FaultError` with what makes redialling pointless.

    `stop_grace` in seconds is for open requests, when a signal comes.
    """
    stop = stop_requested()
    audit = AuditTrail(identity.folder / AUDIT_FOLDER, system_clock)
    report = partial(_report, content=content, as_json=as_json)
    connector = Connector(identity, content, settings, report, system_clock, audit)
    save_configuration(identity.folder, content)
    running = asyncio.create_task(connector.run())
    reporting = asyncio.create_task(keep_status(connector, identity.folder))
    stopping = asyncio.create_task(stop.wait())
    watching = asyncio.create_task(watch(connector, identity.folder))
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        logger.info("stopping; once more to force")
        await connector.stop(stop_grace)
    stopping.cancel()
    watching.cancel()
    reporting.cancel()
    await asyncio.gather(reporting, return_exceptions=True)
    final = await running
    if final is not None:
        raise FaultError(final)


def _report(event: Event, content: ConnectorContent, as_json: bool) -> None:
    """One line on stderr, and one on stdout for programs."""
    line: dict[str, object]
    if isinstance(event, Connected):
        line = {"event": "connected", "gateway": event.address, "locationId": content.location_id}
        logger.info("connector is ready", extra={"gateway": event.address, "connector": content.name})
        if abs(event.skew) > SKEW_LIMIT:
            logger.warning("clocks disagree by %.0f seconds; tokens and certificates depend on them", abs(event.skew))
    elif isinstance(event, CertificateRenewed):
        line = {"event": "certificate-renewed", "expires": event.expires}
        logger.info("certificate renewed")
    else:
        line = {"event": "disconnected", "fault": _told(event.reason), "retryIn": event.retry_in}
        logger.warning(event.reason.sentence, extra={"fault": event.reason.code, "do": event.reason.action})
    if as_json:
        give_json(line)


def _told(reason: Fault) -> dict[str, str]:
    return {"code": reason.code, "message": reason.sentence, "action": reason.action}
