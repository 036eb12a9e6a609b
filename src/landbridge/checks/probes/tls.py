"""Handshakes with a TLS server, without judging its certificate.

In TLS 1.3 a refusal of our certificate comes after the handshake, with the first read; so the probe reads for a second
before it hangs up, and never writes (traps 2).
"""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.observations import Observation, TlsHandshake
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.address import reachable
from landbridge.checks.probes.tls_link import TlsLink, any_server, sni

_PROTOCOLS = ("h2", "http/1.1")


async def handshake(scene: Scene, address: str, server_name: str) -> TlsHandshake:
    """One handshake with the target at that address. Raises `DialFailed` when TCP already fails."""
    connection = await scene.dialler.open(address, scene.target.port, scene.seconds)
    try:
        link = TlsLink(connection, any_server(scene.logon, _PROTOCOLS), server_name)
        return await shaken(scene, link)
    finally:
        connection.close()


async def shaken(scene: Scene, link: TlsLink) -> TlsHandshake:
    """A handshake on a connection that is there, and the second after it."""
    problem = await link.shake(scene.seconds)
    return link.seen(scene, problem, "" if problem else await link.afterwards())


async def _with_name(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return [await handshake(scene, reachable(evidence), sni(scene.target.host))]


async def _without_name(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return [await handshake(scene, reachable(evidence), "")]


def _has_name(scene: Scene, evidence: Evidence) -> str:
    return "" if sni(scene.target.host) else "the target is an address: no name was sent at all"


TLS = Probe("tls", Layer.TLS_SERVER, Effect.HANDSHAKE, _with_name, after=("tcp",))
TLS_WITHOUT_NAME = Probe(
    "tls-without-name", Layer.TLS_SERVER, Effect.HANDSHAKE, _without_name, after=("tcp",), aside=True, ready=_has_name
)
