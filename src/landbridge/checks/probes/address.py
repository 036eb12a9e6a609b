"""Does the name resolve, and do its addresses take a TCP connection?"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.observations import AddressTried, NameResolved, Observation
from landbridge.checks.probe import Probe, Scene
from landbridge.net.dial import DialFailed, DialProblem

MOST = 8
"""Addresses that are tried."""


async def _name(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    target = scene.target
    if scene.addresses:
        return [NameResolved(host=target.host, addresses=scene.addresses, given=True)]
    try:
        async with asyncio.timeout(scene.seconds):
            found = await asyncio.get_running_loop().getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except TimeoutError:
        return [NameResolved(host=target.host, problem="the resolver does not answer")]
    except UnicodeError:
        return [NameResolved(host=target.host, problem="this is no valid name")]
    except OSError as error:
        return [NameResolved(host=target.host, problem=error.strerror or "the name is not known")]
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    return [NameResolved(host=target.host, addresses=addresses)]


async def _tcp(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    resolved = evidence.first(NameResolved)
    addresses = resolved.addresses[:MOST] if resolved is not None else ()
    return await asyncio.gather(*(_try(scene, address) for address in addresses))


async def _try(scene: Scene, address: str) -> Observation:
    loop = asyncio.get_running_loop()
    began = loop.time()
    problem, reason = "", ""
    port = scene.target.port
    if forbidden := scene.dialler.permits(address):
        return AddressTried(address=address, port=port, problem="forbidden", reason=forbidden)
    try:
        (await scene.dialler.open(address, port, scene.seconds)).close()
    except DialFailed as failed:
        problem, reason = failed.problem.value, failed.reason
    took = round((loop.time() - began) * 1000, 1)
    return AddressTried(address=address, port=port, problem=problem, reason=reason, milliseconds=took)


def reachable(evidence: Evidence) -> str:
    """The first address that answered: what later probes connect to, whatever the name says then.

    Raises `DialFailed` when there is none.
    """
    for tried in evidence.all(AddressTried):
        if tried.good:
            return tried.address
    raise DialFailed(DialProblem.UNREACHABLE, "no address answered")


NAME = Probe("name", Layer.NAME, Effect.PASSIVE, _name)
TCP = Probe("tcp", Layer.TCP, Effect.HANDSHAKE, _tcp, after=("name",))
