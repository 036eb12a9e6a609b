"""Handshakes with a TLS server, without judging its certificate.

In TLS 1.3 a refusal of our certificate comes after the handshake, with the first read; so the probe reads for a second
before it hangs up, and never writes (traps 2).
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence

import msgspec

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.observations import Observation, SpeaksPlain, TlsHandshake
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.address import reachable
from landbridge.checks.probes.tls_link import TlsLink, any_server, sni

_PROTOCOLS = ("h2", "http/1.1")
_QUESTION = b"OPTIONS * HTTP/1.0\r\n\r\n"
_PATIENCE = 2.0
"""Seconds for an answer in plain text, at most."""
_SAID = 100
_WORDLESS = frozenset(("timeout", "closed", "reset"))


_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}


async def handshake(scene: Scene, address: str, server_name: str, newest: str = "") -> TlsHandshake:
    """One handshake with the target at that address, up to the version `newest`.

    Raises `DialFailed` when TCP already fails.
    """
    connection = await scene.dialler.open(address, scene.target.port, scene.seconds)
    return await handshake_on(connection, scene, server_name, newest)


async def handshake_on(
    connection: socket.socket, scene: Scene, server_name: str, newest: str, through: str = ""
) -> TlsHandshake:
    """One handshake on a connection, which is closed afterwards."""
    with connection:
        context = any_server(scene.logon, _PROTOCOLS)
        if newest:
            context.maximum_version = _VERSIONS[newest]
        seen = await shaken(scene, TlsLink(connection, context, server_name))
        return msgspec.structs.replace(seen, offered=newest, through=through)


async def shaken(scene: Scene, link: TlsLink) -> TlsHandshake:
    """A handshake on a connection that is there, and the second after it."""
    problem = await link.shake(scene.seconds)
    return link.seen(scene, problem, "" if problem else await link.afterwards())


def name_of(scene: Scene) -> str:
    """The name that the one who calls sends."""
    return sni(scene.target.host) if scene.tls.server_name is None else scene.tls.server_name


async def _as_called(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return [await handshake(scene, reachable(evidence), name_of(scene), scene.tls.newest)]


async def _with_name(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return [await handshake(scene, reachable(evidence), sni(scene.target.host), scene.tls.newest)]


async def _without_name(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return [await handshake(scene, reachable(evidence), "", scene.tls.newest)]


async def _newest(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return [await handshake(scene, reachable(evidence), name_of(scene))]


async def _plain(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    """Ask for nothing in the plain text that HTTP servers answer, and see what comes."""
    loop = asyncio.get_running_loop()
    with await scene.dialler.open(reachable(evidence), scene.target.port, scene.seconds) as connection:
        try:
            async with asyncio.timeout(min(_PATIENCE, scene.seconds)):
                await loop.sock_sendall(connection, _QUESTION)
                said = await loop.sock_recv(connection, _SAID)
        except (TimeoutError, ConnectionError):
            said = b""
    first = said.decode("latin-1").split("\r\n", 1)[0]
    return [SpeaksPlain(text="".join(one if one.isprintable() else " " for one in first).strip())]


def _no_word(scene: Scene, evidence: Evidence) -> str:
    """Empty when the server ends or leaves the handshake without a word."""
    shaken = evidence.first(TlsHandshake)
    return "" if shaken is not None and shaken.problem in _WORDLESS else "the handshake has an answer"


def _name_sent(scene: Scene, evidence: Evidence) -> str:
    return "" if name_of(scene) else "no name was sent at all"


def _name_kept_back(scene: Scene) -> bool:
    return not name_of(scene) and bool(sni(scene.target.host))


def _held_back(scene: Scene) -> bool:
    return bool(scene.tls.newest)


_SERVER, _HANDSHAKE = Layer.TLS_SERVER, Effect.HANDSHAKE

TLS = Probe("tls", _SERVER, _HANDSHAKE, _as_called, after=("tcp",))
TLS_WITHOUT_NAME = Probe(
    "tls-without-name", _SERVER, _HANDSHAKE, _without_name, after=("tcp",), aside=True, ready=_name_sent
)
TLS_WITH_NAME = Probe(
    "tls-with-name", _SERVER, _HANDSHAKE, _with_name, after=("tcp",), aside=True, wanted=_name_kept_back
)
PLAIN = Probe("plain", Layer.PROTOCOL, Effect.SAFE, _plain, after=("tcp",), waits=("tls",), aside=True, ready=_no_word)
TLS_NEWEST = Probe("tls-newest", _SERVER, _HANDSHAKE, _newest, after=("tcp",), aside=True, wanted=_held_back)
