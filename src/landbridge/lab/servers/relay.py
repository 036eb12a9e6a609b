"""A relay between two TCP ends: it can be slow, forget connections that rest, and be cut off from one of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from landbridge.lab.servers.deafness import deafen

_READ = 65_536


@dataclass(slots=True)
class _Rest:
    """How long one connection has rested."""

    last: float
    forgotten: bool = False

    def lasted(self, now: float, memory: float) -> bool:
        """Whether the connection is still known when bytes come."""
        self.forgotten = self.forgotten or (memory > 0 and now - self.last > memory)
        self.last = now
        return not self.forgotten


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.is_closing():
        writer.write(data)


@dataclass(slots=True)
class Relay:
    """Passes bytes on after `delay` seconds, in each direction.

    memory  seconds without bytes after which it has forgotten a connection, and drops what comes on it; 0: never
    """

    port: int = 0
    delay: float = 0.0
    memory: float = 0.0
    accepted: list[asyncio.StreamWriter] = field(default_factory=list)
    onward: list[asyncio.StreamWriter] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    timers: list[asyncio.TimerHandle] = field(default_factory=list)

    async def serve(self, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, passed on to that place."""
        onward = await asyncio.open_connection(host, port)
        self.onward.append(onward[1])
        self.accepted.append(writer)
        rest = _Rest(asyncio.get_running_loop().time())
        for source, sink in ((reader, onward[1]), (onward[0], writer)):
            self.tasks.append(asyncio.get_running_loop().create_task(self._pass(source, sink, rest)))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rest: _Rest) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while data := await reader.read(_READ):
                if rest.lasted(loop.time(), self.memory):
                    self.timers.append(loop.call_later(self.delay, _write, writer, data))
        if not rest.forgotten:
            self.timers.append(loop.call_later(self.delay, writer.close))

    def cut_off(self, most: int | None = None) -> None:
        """From now on nothing comes from there over the first connections: not even acknowledgements go back."""
        for writer in self.onward[:most]:
            deafen(writer.get_extra_info("socket"))

    async def end(self) -> None:
        """Nothing passes any more."""
        for timer in self.timers:
            timer.cancel()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        writers = [*self.onward, *self.accepted]
        for writer in writers:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


@asynccontextmanager
async def relay(host: str, port: int) -> AsyncIterator[Relay]:
    """A relay to that place, on a free port of loopback."""
    between = Relay()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await between.serve(host, port, reader, writer)

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    between.port = server.sockets[0].getsockname()[1]
    try:
        yield between
    finally:
        server.close()
        await between.end()
