"""HTTP/1.1 as the sample backend needs it: one request in, one answer out, bodies streamed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, unquote, urlsplit

Headers = tuple[tuple[str, str], ...]
PIECE = 256 * 1024


class BadRequest(Exception):
    """The client's bytes are no request that this server reads."""


@dataclass(slots=True)
class Request:
    """A request head, and the way to its body, which is read only when somebody asks."""

    method: str
    target: str
    version: str
    headers: Headers
    connection: int
    reader: asyncio.StreamReader = field(repr=False)
    writer: asyncio.StreamWriter = field(repr=False)
    read_to_end: bool = False
    body_bytes: int = 0

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    def query(self, name: str, default: str = "") -> str:
        return parse_qs(urlsplit(self.target).query).get(name, [default])[-1]

    def header(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.headers if key.lower() == name), default)

    @property
    def wants_close(self) -> bool:
        choice = self.header("connection").lower()
        return "close" in choice or (self.version == "HTTP/1.0" and "keep-alive" not in choice)

    async def body(self) -> AsyncIterator[bytes]:
        """The body in pieces. Raises `IncompleteReadError` when the client goes away in the middle."""
        if self.header("expect").lower() == "100-continue":
            self.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        pieces = self._chunked() if self.header("transfer-encoding") else self._counted()
        async for piece in pieces:
            self.body_bytes += len(piece)
            yield piece
        self.read_to_end = True

    async def whole_body(self) -> bytes:
        return b"".join([piece async for piece in self.body()])

    async def _counted(self) -> AsyncIterator[bytes]:
        left = int(self.header("content-length", "0"))
        while left:
            piece = await self.reader.read(min(left, PIECE))
            if not piece:
                raise asyncio.IncompleteReadError(b"", left)
            left -= len(piece)
            yield piece

    async def _chunked(self) -> AsyncIterator[bytes]:
        while size := int((await self.reader.readuntil(b"\r\n")).split(b";")[0], 16):
            yield await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        while await self.reader.readuntil(b"\r\n") != b"\r\n":
            pass


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with a body that is known, or in `pieces` that follow (`length` None: chunked)."""

    status: int = 200
    headers: Headers = ()
    body: bytes = b""
    pieces: Iterable[bytes] | None = None
    length: int | None = None


def as_json(value: object, status: int = 200, headers: Headers = ()) -> Answer:
    return Answer(status, (("Content-Type", "application/json"), *headers), json.dumps(value).encode())


def as_text(text: str, status: int = 200, headers: Headers = ()) -> Answer:
    return Answer(status, (("Content-Type", "text/plain; charset=utf-8"), *headers), text.encode())


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> Request | None:
    """The next request of the connection, or None when the client closed it between two requests."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise BadRequest("the head is incomplete") from None
        return None
    lines = head[:-4].decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3:
        raise BadRequest("the request line has not three parts")
    pairs = (line.partition(":") for line in lines[1:])
    headers = tuple((name, value.strip()) for name, _, value in pairs)
    return Request(parts[0], parts[1], parts[2], headers, connection, reader, writer)


async def write_answer(request: Request, answer: Answer, *, close: bool) -> None:
    """Send the answer; a body is left out where HTTP has none (HEAD, 204, 304)."""
    writer = request.writer
    bodiless = request.method == "HEAD" or answer.status in (204, 304)
    writer.write(_head(answer, close=close))
    if not bodiless and answer.pieces is None:
        writer.write(answer.body)
    await writer.drain()
    if not bodiless and answer.pieces is not None:
        await _write_pieces(writer, answer.pieces, chunked=answer.length is None)


async def _write_pieces(writer: asyncio.StreamWriter, pieces: Iterable[bytes], *, chunked: bool) -> None:
    for piece in pieces:
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        await writer.drain()
    if chunked:
        writer.write(b"0\r\n\r\n")
        await writer.drain()


def _head(answer: Answer, *, close: bool) -> bytes:
    length = len(answer.body) if answer.pieces is None else answer.length
    lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}", "Server: landbridge-sample"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if length is None:
        lines.append("Transfer-Encoding: chunked")
    elif answer.status not in (204, 304):
        lines.append(f"Content-Length: {length}")
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Sample"
