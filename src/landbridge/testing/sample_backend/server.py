"""The listening side of the sample backend, and what tests may ask it afterwards."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from landbridge.testing.sample_backend import routes, websocket
from landbridge.testing.sample_backend.messages import Answer, BadRequest, Headers, Request, read_request, write_answer
from landbridge.testing.sample_backend.orders import ROOT, Orders

HEAD_LIMIT = 1024 * 1024
REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that arrived. `complete` is whether its whole body did."""

    method: str
    target: str
    headers: Headers
    body_bytes: int
    complete: bool
    connection: int


@dataclass(slots=True)
class Connections:
    """How many connections there were, are open, and ended in the middle of something."""

    total: int = 0
    open: int = 0
    broken: int = 0


@dataclass
class SampleBackend:
    """`async with SampleBackend() as backend:` listens on `backend.port` until the block ends."""

    host: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None
    connections: Connections = field(default_factory=Connections)
    seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def __post_init__(self) -> None:
        self._orders = Orders()
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, self.host, self.port, limit=HEAD_LIMIT, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def until(self, holds: Callable[[Self], bool], seconds: float = 10) -> None:
        """Wait until `holds(self)`. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while not holds(self):
                self._changed.clear()
                await self._changed.wait()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections.total += 1
        self.connections.open += 1
        self._changed.set()
        try:
            await self._serve(reader, writer, self.connections.total)
        except (OSError, EOFError, BadRequest, ValueError, asyncio.LimitOverrunError, routes.CutHere):
            self.connections.broken += 1
            writer.transport.abort()
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()
            self._tasks.discard(task)
            self.connections.open -= 1
            self._changed.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> None:
        """Requests of one connection, one after the other."""
        goes_on = True
        while goes_on and (request := await read_request(reader, writer, connection)):
            try:
                goes_on = await self._exchange(request)
            finally:
                self.seen.append(_seen(request))
                self._changed.set()

    async def _exchange(self, request: Request) -> bool:
        """Answer one request. Returns whether the connection goes on."""
        if websocket.is_upgrade(request):
            await websocket.serve(request)
            return False
        answer = await self._answer(request)
        await write_answer(request, answer, close=request.wants_close)
        if not request.read_to_end and request.header("expect"):
            return False
        if not request.read_to_end:
            await request.whole_body()
        return not request.wants_close

    async def _answer(self, request: Request) -> Answer:
        if request.path == ROOT or request.path.startswith(f"{ROOT}/"):
            return await self._orders.answer(request)
        return await routes.answer(request)


def _seen(request: Request) -> Seen:
    return Seen(
        request.method, request.target, request.headers, request.body_bytes, request.read_to_end, request.connection
    )
