"""The paths beside the orders: echo, sizes, delays and failures on demand."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable, Iterator

from landbridge.testing.sample_backend.messages import PIECE, Answer, Request, as_json, as_text

USER, PASSWORD = "sample", "sample"

_PATTERN = bytes(range(256)) * (PIECE // 256)


class CutHere(Exception):
    """Stop in the middle of the answer and drop the connection."""


async def echo(request: Request) -> Answer:
    """What arrived here: the test of everything in between."""
    body = await request.whole_body()
    return as_json(
        {
            "method": request.method,
            "target": request.target,
            "path": request.path,
            "version": request.version,
            "headers": [list(pair) for pair in request.headers],
            "bytes": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "connection": request.connection,
        }
    )


async def upload(request: Request) -> Answer:
    """Counts the body; with `?digest=sha256` also says what it was."""
    digest = hashlib.sha256() if request.query("digest") == "sha256" else None
    async for piece in request.body():
        if digest:
            digest.update(piece)
    return as_json({"bytes": request.body_bytes, "sha256": digest.hexdigest() if digest else None})


async def large(request: Request) -> Answer:
    """`?bytes=N` of a known pattern; `&chunked=1` without saying how many."""
    size = int(request.query("bytes", str(1024 * 1024)))
    length = None if request.query("chunked") else size
    return Answer(200, (("Content-Type", "application/octet-stream"),), pieces=pattern(size), length=length)


async def cut(request: Request) -> Answer:
    """Promises `?bytes=N` and breaks off after half; `&chunked=1` without the last chunk."""
    size = int(request.query("bytes", "1000"))
    length = None if request.query("chunked") else size

    def half() -> Iterator[bytes]:
        yield from pattern(size // 2)
        raise CutHere

    return Answer(200, (("Content-Type", "application/octet-stream"),), pieces=half(), length=length)


async def slow(request: Request) -> Answer:
    """Answers after `?seconds=S`."""
    seconds = float(request.query("seconds", "1"))
    await asyncio.sleep(seconds)
    return as_json({"seconds": seconds})


async def silent(request: Request) -> Answer:
    """Never answers; reads until the client gives up."""
    while await request.reader.read(PIECE):
        pass
    raise CutHere


async def status(request: Request) -> Answer:
    """`/status/503` answers 503."""
    code = request.path.removeprefix("/status/")
    if not (code.isdecimal() and 200 <= int(code) <= 599):
        return as_text("A status is a number from 200 to 599\n", 400)
    return as_text(f"The sample backend was asked for {code}\n", int(code), (("x-sample-backend", "status"),))


async def redirect(request: Request) -> Answer:
    """To `?to=/path` on this server, under the address that it has itself: what internal systems do."""
    host, port = request.writer.get_extra_info("sockname")[:2]
    scheme = "https" if request.writer.get_extra_info("ssl_object") else "http"
    return as_text("It is elsewhere\n", 302, (("Location", f"{scheme}://{host}:{port}{request.query('to', '/')}"),))


async def protected(request: Request) -> Answer:
    """Wants the user `sample` with the password `sample`."""
    wanted = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    if request.header("authorization") != f"Basic {wanted}":
        return as_text("Who are you?\n", 401, (("WWW-Authenticate", 'Basic realm="sample"'),))
    return as_json({"user": USER})


async def greeting(_: Request) -> Answer:
    return as_text("The sample backend of landbridge\n")


ROUTES: dict[str, Callable[[Request], Awaitable[Answer]]] = {
    "/": greeting,
    "/cut": cut,
    "/echo": echo,
    "/large": large,
    "/protected": protected,
    "/redirect": redirect,
    "/silent": silent,
    "/slow": slow,
    "/upload": upload,
}


async def answer(request: Request) -> Answer:
    """The answer to a request that is neither about orders nor a WebSocket."""
    if request.path.startswith("/status/"):
        return await status(request)
    if request.path.startswith("/echo/"):
        return await echo(request)
    route = ROUTES.get(request.path)
    return await route(request) if route else as_text(f"The sample backend has no {request.path}\n", 404)


def pattern(size: int) -> Iterator[bytes]:
    """`size` bytes that repeat 0..255, in pieces."""
    for _ in range(size // PIECE):
        yield _PATTERN
    if size % PIECE:
        yield _PATTERN[: size % PIECE]
