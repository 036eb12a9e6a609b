"""Following redirects as far as the client does: secrets stay with the target, and every address is looked at first."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace

from landbridge.checks.http.client import Answer, Hourglass, ask
from landbridge.checks.http.received import Received
from landbridge.checks.http.request import Jar, Request
from landbridge.checks.http.showing import fact
from landbridge.checks.http.url import Url, joined, of_target
from landbridge.checks.observations.http import Phases
from landbridge.checks.probe import Scene
from landbridge.model.secret import Secret

MOST = 10
REDIRECTS = frozenset((301, 302, 303, 307, 308))


async def asked(scene: Scene, request: Request, address: str) -> list[Answer]:
    """The answer, and behind it those of its redirects, when the client follows them (`Manner.follow`)."""
    time = Hourglass(scene)
    answers = [await ask(scene, request, address)]
    if not scene.manner.follow or request.body is not None:
        return answers
    jar = Jar()
    seen = {request.url.text}
    while (head := answers[-1].head) is not None and head.status in REDIRECTS and head.get("location"):
        place = request.url
        if place.is_same_place(of_target(scene.target)):
            jar.take(head.all("set-cookie"))
        try:
            url = joined(place, head.get("location"))
        except ValueError:
            return [*answers, _none(request, "unreadable")]
        request = _onward(request, url, head.status, jar, of_target(scene.target))
        if url.text in seen:
            return [*answers, _none(request, "loop")]
        if len(seen) > MOST:
            return [*answers, _none(request, "far")]
        seen.add(url.text)
        answers.append(await _step(time.scene, request, address))
    return answers


async def _step(scene: Scene, request: Request, address: str) -> Answer:
    """One redirect further."""
    target = of_target(scene.target)
    if request.url.host.lower() == target.host.lower():
        return await ask(scene, request, address, stranger=not request.url.is_same_place(target))
    if scene.target.location:
        return _none(request, "forbidden", "a connector calls its own mappings only")
    try:
        async with asyncio.timeout(scene.seconds):
            found = await _addresses(request.url)
    except (OSError, UnicodeError):
        return _none(request, "unresolved", "the name is not known")
    refused = next((reason for one in found if (reason := scene.dialler.permits(one))), "")
    if refused or not found:
        return _none(request, "forbidden", refused)
    return await ask(scene, request, found[0], stranger=True)


async def _addresses(url: Url) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _onward(request: Request, url: Url, status: int, jar: Jar, target: Url) -> Request:
    """The request to where a redirect leads: without secrets when that is another place."""
    method = "GET" if status == 303 and request.method != "HEAD" else request.method
    headers = tuple(one for one in request.headers if one[0].lower() != "cookie")
    if url.is_same_place(target):
        return replace(request, method=method, url=url, headers=(*headers, *jar.header))
    open_ones = tuple(one for one in headers if not isinstance(one[1], Secret))
    return replace(request, method=method, url=url, headers=open_ones, logon="")


def _none(request: Request, problem: str, detail: str = "") -> Answer:
    """What becomes of a redirect that is not followed."""
    return Answer(fact(request, "", Received(problem), Phases(), detail), None, b"")
