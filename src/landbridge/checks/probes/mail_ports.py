"""The other ports on which a host may take mail, side by side: each is only greeted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.observations import NameResolved, Observation, PortBeside
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.lines import Broken, Lines, PlainLink
from landbridge.checks.probes.mail import patience
from landbridge.checks.probes.smtp import reply
from landbridge.checks.probes.tls_link import TlsLink, any_server, sni
from landbridge.net.dial import DialFailed

SMTPS = 465


async def _beside(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    resolved = evidence.first(NameResolved)
    addresses = resolved.addresses if resolved is not None else ()
    address = next((one for one in addresses if not scene.dialler.permits(one)), "")
    return await asyncio.gather(*(_greeted(scene, address, port) for port in _ports(scene))) if address else []


def _ports(scene: Scene) -> list[int]:
    return [port for port in scene.target.conversation.beside if port != scene.target.port]


async def _greeted(scene: Scene, address: str, port: int) -> PortBeside:
    try:
        connection = await scene.dialler.open(address, port, patience(scene))
    except DialFailed as failed:
        return PortBeside(port=port, problem=failed.reason)
    try:
        return await _greeting(scene, connection, port)
    except Broken as broken:
        return PortBeside(port=port, problem=f"it takes the connection, and then: {broken.problem}")
    finally:
        connection.close()


async def _greeting(scene: Scene, connection: object, port: int) -> PortBeside:
    lines = Lines(PlainLink(connection), patience(scene))
    if port == SMTPS:
        link = TlsLink(connection, any_server(scene.logon), sni(scene.target.host))
        if problem := await link.shake(patience(scene)):
            return PortBeside(port=port, problem=f"it takes the connection, but no TLS: {problem}")
        lines.renew(link)
    said = await reply(lines, await lines.line())
    return PortBeside(port=port, text=said.text, problem="" if said.accepted else f"it refuses: {said.text}")


def _named(scene: Scene, evidence: Evidence) -> str:
    return "" if _ports(scene) else "no other port was named"


BESIDE = Probe("other-ports", Layer.TCP, Effect.HANDSHAKE, _beside, after=("name",), aside=True, ready=_named)
