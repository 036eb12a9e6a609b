"""The backend of the benchmark: canned answers on uvloop, much faster than anything that is measured.

`GET /small` answers 128 bytes, `GET /bulk` the big body, `POST /sink` swallows a body, `GET /received` says how many
body bytes came in so far. Runs as its own process with the size of the big body, and prints its port.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import cast

import uvloop

SMALL_BODY = b'{"d":{"results":[' + b'{"ID":"4711","Total":"99.50"},' * 3 + b'{"ID":"4712","Tot":1}]}}'
_END = b"\r\n\r\n"
SEND_BUFFER = 262_144
"""Bytes that the kernel may hold for a connection. Without a limit hundreds of big bodies fill its memory for TCP, and
it drops segments of every connection on the machine, those of the tunnel too; a real backend is another machine."""


def answer(body: bytes, content_type: str = "application/json") -> bytes:
    """A complete 200 answer."""
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (content_type.encode(), len(body)) + body
    )


_SMALL = answer(SMALL_BODY)
_STORED = answer(b"stored", "text/plain")


class Canned(asyncio.Protocol):
    """One connection. Heads may arrive in pieces; bodies are counted and dropped."""

    received = 0
    bulk = b""

    def __init__(self) -> None:
        self._head = b""
        self._body_left = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's transports inherit from nothing
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def data_received(self, data: bytes) -> None:
        if self._body_left:
            data = self._swallow(data)
        while data:
            head, end, rest = (self._head + data).partition(_END)
            if not end:
                self._head = head
                return
            self._head = b""
            data = self._begin(head, rest)

    def _begin(self, head: bytes, rest: bytes) -> bytes:
        """Answer the request with this head; returns what follows it."""
        if head.startswith(b"GET /small"):
            self._transport.write(_SMALL)
        elif head.startswith(b"GET /bulk"):
            self._transport.write(Canned.bulk)
        elif head.startswith(b"GET /received"):
            self._transport.write(answer(b"%d" % Canned.received))
        elif head.startswith(b"POST /sink"):
            self._body_left = _content_length(head)
            return self._swallow(rest)
        else:
            self._transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        return rest

    def _swallow(self, data: bytes) -> bytes:
        taken = min(len(data), self._body_left)
        Canned.received += taken
        self._body_left -= taken
        if not self._body_left:
            self._transport.write(_STORED)
        return data[taken:]


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def serve(body: int) -> None:
    """Listen on a free loopback port, print it, and answer until stopped."""
    Canned.bulk = answer(bytes(body), "application/octet-stream")
    server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
