"""A relay between two TCP ends: it can be slow, and it can stop passing anything on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

_READ = 65_536


@dataclass(slots=True)
class Relay:
    """Passes bytes on after `delay` seconds, in each direction; nothing at all while `stalled`."""

    port: int = 0
    delay: float = 0.0
    stalled: bool = False
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    timers: list[asyncio.TimerHandle] = field(default_factory=list)

    async def serve(self, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, passed on to that place."""
        onward = await asyncio.open_connection(host, port)
        self.writers += [writer, onward[1]]
        for source, sink in ((reader, onward[1]), (onward[0], writer)):
            self.tasks.append(asyncio.get_running_loop().create_task(self._pass(source, sink)))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while data := await reader.read(_READ):
                self.timers.append(loop.call_later(self.delay, self._write, writer, data))
        self.timers.append(loop.call_later(self.delay, writer.close))

    def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if not self.stalled and not writer.is_closing():
            writer.write(data)

    async def end(self) -> None:
        """Nothing passes any more."""
        for timer in self.timers:
            timer.cancel()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for writer in self.writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self.writers), return_exceptions=True)


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
