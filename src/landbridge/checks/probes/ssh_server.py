"""How an SSH server begins: its identification and what it offers, read from the bytes themselves.

A library would only say that nothing came; the bytes say whether this is FTP, HTTP, TLS or nobody at all. Both sides of
SSH speak first, so our identification goes out at once: servers of other protocols answer it with what they are.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.observations import Observation, SshServer
from landbridge.checks.observations.ssh import Algorithms
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.address import reachable
from landbridge.checks.probes.tls import handshake
from landbridge.checks.probes.tls_link import sni
from landbridge.checks.ssh_offer import (
    IDENTIFICATION,
    MOST_BEFORE,
    MOST_PACKET,
    identification,
    offered,
    packet_length,
)
from landbridge.net.dial import DialFailed

PAUSE = 0.5
"""Seconds before the second attempt, when the first was closed at once: a limit on connections may be over by then."""
AFTER_OTHER = 1.0
"""Seconds in which an identification may still follow other lines."""
_FIRST = 255
_READ = 16_384
_NEW = ("SSH-2.0-", "SSH-1.99-")
_SSH = b"SSH-"


async def _server(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    from landbridge.checks.ssh_algorithms import everything, modern

    ours = everything() if scene.ssh.deprecated else modern()
    address = reachable(evidence)
    began = await _begun(scene, address)
    attempts = 1
    if began.problem in ("closed", "reset"):
        await asyncio.sleep(PAUSE)
        began = await _begun(scene, address)
        attempts = 2
    speaks_tls = began.problem in ("closed", "reset") and not began.banner and await _tls(scene, address)
    return [
        SshServer(
            problem="not-ssh" if speaks_tls else began.problem,
            speaks_tls=speaks_tls,
            banner=began.banner,
            first_bytes=began.first.decode("latin-1") if began.problem == "not-ssh" else "",
            offer=began.offer,
            ours=ours,
            deprecated=everything(),
            attempts=attempts,
        )
    ]


async def _tls(scene: Scene, address: str) -> bool:
    """Whether TLS is what the server waits for: such servers close without a word when they hear anything else."""
    try:
        shaken = await handshake(scene, address, sni(scene.target.host))
    except DialFailed:
        return False
    return not shaken.problem or shaken.alert >= 0


@dataclass(frozen=True, slots=True)
class _Begun:
    """How one connection began."""

    problem: str = ""
    banner: str = ""
    first: bytes = b""
    offer: Algorithms = field(default_factory=Algorithms)


async def _begun(scene: Scene, address: str) -> _Begun:
    connection = await scene.dialler.open(address, scene.target.port, scene.seconds)
    try:
        return await _listen(connection, asyncio.get_running_loop().time() + scene.seconds)
    except TimeoutError:
        return _Begun("silent")
    except ConnectionError:
        return _Begun("reset")
    finally:
        connection.close()


async def _listen(connection: socket.socket, deadline: float) -> _Begun:
    """To the offer behind the identification. `deadline` is a moment of the loop; raises `TimeoutError` before it."""
    loop = asyncio.get_running_loop()
    received = b""
    async with asyncio.timeout_at(deadline):
        await loop.sock_sendall(connection, IDENTIFICATION)
        while (found := identification(received)) is None:
            data = await _soon(connection) if received else await loop.sock_recv(connection, _READ)
            received += data or b""
            if not data or (len(received) > MOST_BEFORE and identification(received) is None):
                return _unfinished(received, silent=data is None)
    banner, rest = found
    if not banner.startswith(_NEW):
        return _Begun("old-protocol", banner)
    try:
        async with asyncio.timeout_at(deadline):
            return await _offer(connection, banner, rest)
    except TimeoutError:
        return _Begun("silent", banner)


def _unfinished(received: bytes, *, silent: bool) -> _Begun:
    """A beginning that is no whole identification. `silent`: nothing more comes; else the connection ended."""
    if not received:
        return _Begun("closed")
    if not received.startswith(_SSH) or len(received) > MOST_BEFORE:
        return _Begun("not-ssh", first=received[:_FIRST])
    return _Begun("silent" if silent else "closed", received.decode("latin-1").strip())


async def _soon(connection: socket.socket) -> bytes | None:
    """What follows within a moment: empty at the end of the connection, None when nothing does."""
    try:
        async with asyncio.timeout(AFTER_OTHER):
            return await asyncio.get_running_loop().sock_recv(connection, _READ)
    except TimeoutError:
        return None
    except ConnectionError:
        return b""


async def _offer(connection: socket.socket, banner: str, received: bytes) -> _Begun:
    """Read the first packet behind the identification."""
    loop = asyncio.get_running_loop()
    try:
        while (length := packet_length(received)) == 0 or len(received) < length <= MOST_PACKET:
            data = await loop.sock_recv(connection, _READ)
            if not data:
                return _Begun("closed", banner)
            received += data
    except ConnectionError:
        return _Begun("reset", banner)
    try:
        return _Begun("", banner, offer=offered(received[:length]))
    except ValueError:
        return _Begun("garbage", banner)


SERVER = Probe("ssh", Layer.PROTOCOL, Effect.HANDSHAKE, _server, after=("tcp",))
