"""Asks: opens or reuses a connection, sends one request, and gives the answer with its fact."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from landbridge.checks.http.connection import Connection, NoWay, opened
from landbridge.checks.http.exchange import exchange
from landbridge.checks.http.head import Head
from landbridge.checks.http.received import Received
from landbridge.checks.http.request import Request
from landbridge.checks.http.showing import fact
from landbridge.checks.observations.http import HttpAnswer, Phases
from landbridge.checks.probe import Scene

_MOMENT = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the fact, which may be stored, and what stays in the probe.

    connection  to go on with; None when it ended
    """

    fact: HttpAnswer
    head: Head | None
    content: bytes
    connection: Connection | None = field(default=None)


class Hourglass:
    """The time of one probe, for all its requests together."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._end = asyncio.get_running_loop().time() + scene.seconds

    @property
    def scene(self) -> Scene:
        """The scene with the time that is left; a moment always is, so that each request says how it ended."""
        return replace(self._scene, seconds=max(_MOMENT, self._end - asyncio.get_running_loop().time()))


async def ask(
    scene: Scene,
    request: Request,
    address: str,
    *,
    on: Connection | None = None,
    stranger: bool = False,
    keep: bool = False,
) -> Answer:
    """Send a request to the server at `address` (numeric), within the scene's time for all of it.

    on        a connection that is there already
    stranger  another place than the target
    keep      whether the connection is to stay open for another request
    """
    received = Received()
    phases = Phases()
    connection = on
    detail = ""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(scene.seconds):
            if reason := scene.refuses(request.url.path):
                raise NoWay("not-exposed", reason)
            if connection is None:
                connection = await opened(scene, request.url, address, secret=request.secret, stranger=stranger)
            else:
                connection.restart()
            await exchange(connection, request.method, request.wire, received)
    except TimeoutError:
        received.problem = received.problem if received.head is None else ""
        received.ended = round((loop.time() - began) * 1000, 1)
        detail = f"within {scene.seconds:g} seconds" if received.head is None else ""
    except NoWay as none:
        received.problem, detail = none.problem, none.detail
    except BaseException:
        if connection is not None:
            connection.close()
        raise
    if connection is not None:
        phases = Phases(
            connected=connection.connected,
            secured=connection.secured,
            first_byte=received.first_byte,
            ended=received.ended,
        )
        if not (keep and received.lasts):
            connection.close()
            connection = None
    return Answer(fact(request, address, received, phases, detail), received.head, received.content, connection)
