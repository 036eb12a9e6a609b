"""What another name server says about the name, and whether the addresses that it gives take a connection."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Sequence

from landbridge.checks.dns_message import AAAA, A, addresses, question
from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.observations import NameElsewhere, NameResolved, Observation
from landbridge.checks.probe import Probe, Scene
from landbridge.net.dial import DialFailed

MOST = 4
"""Addresses that are tried."""


async def _ask(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    server, port = scene.tls.resolver
    try:
        async with asyncio.timeout(scene.seconds):
            found = [*await _asked(scene, server, port, A), *await _asked(scene, server, port, AAAA)]
    except TimeoutError:
        return [NameElsewhere(resolver=server, problem="it does not answer")]
    except DialFailed as failed:
        return [NameElsewhere(resolver=server, problem=failed.reason)]
    except (ValueError, OSError) as error:
        return [NameElsewhere(resolver=server, problem=str(error))]
    answering = await _answering(scene, evidence, found) if found else ()
    problem = "" if found else "the name has no address"
    return [NameElsewhere(resolver=server, addresses=tuple(found), answering=answering, problem=problem)]


async def _asked(scene: Scene, server: str, port: int, kind: int) -> tuple[str, ...]:
    """Over TCP, for connections are what we may open. Raises `DialFailed`, `OSError`, `ValueError`."""
    number = secrets.randbelow(65_536)
    loop = asyncio.get_running_loop()
    with await scene.dialler.open(server, port, scene.seconds) as connection:
        await loop.sock_sendall(connection, question(scene.target.host, kind, number))
        length = int.from_bytes(await _exactly(connection, 2), "big")
        return addresses(await _exactly(connection, length), number)


async def _exactly(connection: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        data = await asyncio.get_running_loop().sock_recv(connection, length - len(received))
        if not data:
            raise ValueError("the name server ends the connection")
        received += data
    return received


async def _answering(scene: Scene, evidence: Evidence, found: Sequence[str]) -> tuple[str, ...]:
    """Those of the addresses that are not known here and take a connection."""
    resolved = evidence.first(NameResolved)
    known = set(resolved.addresses) if resolved is not None else set()
    others = [address for address in found if address not in known][:MOST]
    taken = await asyncio.gather(*(_takes(scene, address) for address in others))
    return tuple(address for address, yes in zip(others, taken, strict=True) if yes)


async def _takes(scene: Scene, address: str) -> bool:
    if scene.dialler.permits(address):
        return False
    try:
        (await scene.dialler.open(address, scene.target.port, scene.seconds / 2)).close()
    except DialFailed:
        return False
    return True


def _given(scene: Scene) -> bool:
    return bool(scene.tls.resolver[0])


ELSEWHERE = Probe(
    "name-elsewhere", Layer.NAME, Effect.HANDSHAKE, _ask, aside=True, waits=("name", "tcp"), wanted=_given
)
