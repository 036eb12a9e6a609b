"""The way through an HTTP proxy, next to the direct one."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.observations import Observation, ProxyTried
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.tls import handshake_on, name_of
from landbridge.net.dial import DialFailed, DialProblem
from landbridge.net.proxy import HttpProxy, ProxyRefused, open_through


async def _through(scene: Scene, proxy: HttpProxy) -> socket.socket:
    """A connection to the target that the proxy made. Raises `DialFailed`, `ProxyRefused`, `OSError`."""
    target = scene.target
    if forbidden := scene.dialler.permits(await _address(proxy)):
        raise DialFailed(DialProblem.PROXY, forbidden)
    connection = await scene.dialler.open(proxy.host, proxy.port, scene.seconds)
    try:
        async with asyncio.timeout(scene.seconds):
            await open_through(proxy, connection, target.host, target.port)
    except BaseException:
        connection.close()
        raise
    return connection


async def _address(proxy: HttpProxy) -> str:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(proxy.host, proxy.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DialFailed(DialProblem.UNRESOLVED, "its name is not known") from None
    return str(found[0][4][0])


async def _proxy(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    proxy = scene.tls.proxy
    assert proxy is not None
    loop = asyncio.get_running_loop()
    began = loop.time()
    problem, reason, status = "", "", 0
    try:
        (await _through(scene, proxy)).close()
    except ProxyRefused as refused:
        problem, reason, status = "refused", str(refused), refused.status
    except TimeoutError:
        problem, reason = "refused", "does not answer CONNECT"
    except DialFailed as failed:
        problem, reason = "unreachable", failed.reason
    except OSError as error:
        problem, reason = "refused", error.strerror or "breaks the connection"
    took = round((loop.time() - began) * 1000, 1)
    return [ProxyTried(proxy=proxy.address, problem=problem, reason=reason, status=status, milliseconds=took)]


async def _tls(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    proxy = scene.tls.proxy
    assert proxy is not None
    try:
        connection = await _through(scene, proxy)
    except ProxyRefused as refused:
        raise DialFailed(DialProblem.PROXY, str(refused)) from None
    return [await handshake_on(connection, scene, name_of(scene), scene.tls.newest, through=proxy.address)]


def _given(scene: Scene) -> bool:
    return scene.tls.proxy is not None


PROXY = Probe("proxy", Layer.PROXY, Effect.HANDSHAKE, _proxy, aside=True, wanted=_given)
TLS_THROUGH_PROXY = Probe(
    "tls-through-proxy", Layer.TLS_SERVER, Effect.HANDSHAKE, _tls, after=("proxy",), aside=True, wanted=_given
)
