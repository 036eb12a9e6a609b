"""A token service for tests: a real HTTP server on a free loopback port that plays back what the test says."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

HANG = b""
"""An answer that never comes."""


def answer(body: object, status: int = 200, headers: str = "") -> bytes:
    """A complete HTTP answer; `body` is sent as it is when it is bytes, else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
    return head.encode() + content


TOKEN = answer({"access_token": "t-1", "token_type": "bearer", "expires_in": 3599, "scope": "a b"})


@dataclass
class Received:
    """A request as it arrived."""

    target: str
    headers: dict[str, str]
    body: str
    method: str = "POST"

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body, keep_blank_values=True, strict_parsing=True))


@dataclass
class FakeTokenService:
    """Answers requests in turn with `answers`; the last one is repeated."""

    port: int = 0
    answers: list[bytes] = field(default_factory=lambda: [TOKEN])
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/oauth/token"

    @property
    def request(self) -> Received:
        """The only request."""
        (request,) = self.received
        return request

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            method, target, _ = head[0].split(" ")
            self.received.append(Received(target, headers, body.decode(), method))
            content = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if content is HANG:
                await reader.read()
            writer.write(content)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client is gone: what it saw of us is for the test to judge
        finally:
            writer.close()


@asynccontextmanager
async def fake_token_service(tls: ssl.SSLContext | None = None) -> AsyncIterator[FakeTokenService]:
    """A running token service."""
    service = FakeTokenService()
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0, ssl=tls)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        server.close()
