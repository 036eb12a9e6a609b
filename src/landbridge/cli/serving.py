"""What `landbridge up` does while it runs: start, say where everything answers, wait for a signal, stop."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path

from landbridge.app import CloudSide
from landbridge.cli.options import give_json, say
from landbridge.cli.signals import stop_requested
from landbridge.data_folder import ADMIN_TOKEN, CA, replace_file
from landbridge.net.loop import beginning
from landbridge.settings import Profile, Settings, is_loopback

logger = logging.getLogger("landbridge.up")

READY = "landbridge is ready"
"""Scripts wait for this text on stderr; it stays as it is."""

LAPTOP_WARNING = """
  ** LAPTOP PROFILE: for development, not for secrets that matter. **
  ** Only this machine can connect. The admin token can mint tokens for any user (POST /admin/dev/token), **
  ** reset everything, and reach private addresses. '--profile server' switches all of this off. **"""


TRUST_WARNING = """
  ** TRUSTED MODE: the {doors} door asks nobody for a token. **
  ** Every program on {where} gets through to the systems behind the connectors. **"""


@dataclass(frozen=True, slots=True)
class Announcement:
    """Who else, besides the reader of stderr, wants to know: a file, and stdout."""

    ready_file: Path | None
    as_json: bool


async def serve(settings: Settings, landscape: Path | None, announcement: Announcement) -> None:
    """Run the cloud side until SIGINT or SIGTERM."""
    stop = stop_requested()
    with beginning():
        side = await CloudSide.start(settings, landscape)
    try:
        _announce(side, announcement)
        await stop.wait()
        say("stopping; once more to force")
    finally:
        await side.stop()


def _announce(side: CloudSide, announcement: Announcement) -> None:
    addresses = asdict(side.running)
    say(_banner(side))
    logger.info(READY)
    if announcement.ready_file:
        replace_file(announcement.ready_file, json.dumps(addresses) + "\n")
    if announcement.as_json:
        give_json({"ready": True, **addresses})


def _banner(side: CloudSide) -> str:
    settings, running = side.settings, side.running
    host, ports = settings.public_host, running.ports
    lines = [
        f"landbridge, {settings.profile} profile, process {running.pid}",
        f"  API and token service  {running.api_url}",
        f"  the same over TLS      {running.https_url}   (trust {settings.data / CA})",
        f"  HTTP door              http://{host}:{ports['door']}",
        f"  SOCKS5 door            {host}:{ports['socks']}",
        f"  connectors dial        {host}:{ports['tunnel']}",
        f"  admin token            {settings.data / ADMIN_TOKEN}",
        "  next: landbridge binding --subaccount ..., landbridge connector invite --subaccount ...",
    ]
    warnings = (LAPTOP_WARNING if settings.profile is Profile.LAPTOP else "") + _trust_warning(settings)
    return "\n".join(lines) + warnings


def _trust_warning(settings: Settings) -> str:
    """Doors that ask for no token, if there are any."""
    doors = [
        name
        for name, authorization in (("HTTP", settings.http_authorization), ("SOCKS5", settings.socks_authorization))
        if not authorization
    ]
    where = "this machine" if is_loopback(settings.host) else f"EVERY MACHINE that reaches {settings.host}"
    return TRUST_WARNING.format(doors=" and the ".join(doors), where=where) if doors else ""
