"""A server of somebody else: it keeps every request as it arrived, with the client's certificate, and then answers."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509

from landbridge.testing.sample_backend.messages import Answer, BadRequest, Request, as_json, read_request, write_answer


@dataclass(frozen=True)
class Arrived:
    """A request. `headers` have names in lower case; `subject` is that of the client's certificate, or empty."""

    method: str
    target: str
    headers: dict[str, str]
    body: str
    subject: str

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body, keep_blank_values=True, strict_parsing=True))


@dataclass
class Recorder:
    """A running server. Make it with `recorder()`."""

    answer: Callable[[Arrived], Answer]
    port: int = 0
    arrived: list[Arrived] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Requests of one connection, one after the other."""
        try:
            while request := await read_request(reader, writer, 0):
                arrived = await _arrived(request)
                self.arrived.append(arrived)
                await write_answer(request, self.answer(arrived), close=request.wants_close)
                if request.wants_close:
                    break
        except (OSError, EOFError, BadRequest):
            pass  # the client went away: what it missed is for the test to judge
        finally:
            writer.close()


@asynccontextmanager
async def recorder(
    answer: Callable[[Arrived], Answer] | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Recorder]:
    """A server on a free port; by default it says which client certificate it saw."""
    server = Recorder(answer or (lambda arrived: as_json({"subject": arrived.subject})))
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


async def _arrived(request: Request) -> Arrived:
    channel = request.writer.get_extra_info("ssl_object")
    shown = channel.getpeercert(binary_form=True) if channel else None
    return Arrived(
        request.method,
        request.target,
        {name.lower(): value for name, value in request.headers},
        (await request.whole_body()).decode(),
        x509.load_der_x509_certificate(shown).subject.rfc4514_string() if shown else "",
    )
