"""A raw HTTP client: it sends exactly the bytes that it is given, and shows how an answer ended."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

PATIENCE = 10.0
"""Seconds after which waiting for bytes counts as failure."""
ERROR_HEADERS = ("x-error-origin", "x-error-message", "x-internal-error-code", "x-request-id")


class End(StrEnum):
    """How a body ended."""

    WHOLE = "whole"
    SHORT = "connection closed too early"
    RESET = "connection reset"


@dataclass(frozen=True, slots=True)
class Answer:
    """One response. `end` is WHOLE only when its framing says so, or a clean close ended what nothing else delimits."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    end: End

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def headers_named(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def fault(self) -> str | None:
        """Code of the named fault, when the answer is ours; then all four error headers must be there."""
        if self.header("x-internal-error-code") is None:
            return None
        assert all(self.header(name) for name in ERROR_HEADERS), self.headers
        assert self.header("content-length") == str(len(self.body)) or not self.body
        return self.header("x-internal-error-code")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, address: tuple[str, int], limit: int = 2**16) -> Self:
        return cls(*await asyncio.open_connection(*address, limit=limit))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        async with asyncio.timeout(PATIENCE):
            await self.writer.drain()

    async def ask(self, data: bytes, method: str = "GET") -> Answer:
        """Send a request and read its answer."""
        await self.send(data)
        return await self.answer(method)

    async def answer(self, method: str = "GET") -> Answer:
        """The next response, also one below 200. Raises `EOFError` or `ConnectionError` when there is none."""
        async with asyncio.timeout(PATIENCE):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head[:-4].split("\r\n")
            pairs = [line.partition(":") for line in lines]
            headers = tuple((name, value.strip()) for name, _, value in pairs)
            status = int(first.split(" ")[1])
            answer = Answer(status, headers, b"", End.WHOLE)
            if status < 200 or status in (204, 304) or method == "HEAD":
                return answer
            body, end = await self._body(answer)
            return Answer(status, headers, body, end)

    async def _body(self, answer: Answer) -> tuple[bytes, End]:
        parts: list[bytes] = []
        length = answer.header("content-length")
        try:
            if answer.header("transfer-encoding") == "chunked":
                await self._chunks(parts)
            elif length is not None:
                await self._counted(int(length), parts)
            else:
                while piece := await self.reader.read(2**16):
                    parts.append(piece)
        except EOFError:
            return b"".join(parts), End.SHORT
        except ConnectionError:
            return b"".join(parts), End.RESET
        return b"".join(parts), End.WHOLE

    async def _counted(self, size: int, parts: list[bytes]) -> None:
        while size:
            piece = await self.reader.read(min(size, 2**16))
            if not piece:
                raise EOFError
            parts.append(piece)
            size -= len(piece)

    async def _chunks(self, parts: list[bytes]) -> None:
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            await self._counted(size, parts)
            assert await self.reader.readexactly(2) == b"\r\n"
        assert await self.reader.readexactly(2) == b"\r\n", "trailers"

    async def ended(self) -> End:
        """Wait for the end of the connection; nothing more may come before it."""
        async with asyncio.timeout(PATIENCE):
            try:
                assert await self.reader.read(1) == b""
            except ConnectionError:
                return End.RESET
            return End.SHORT

    def abort(self) -> None:
        """Be gone at once."""
        self.writer.transport.abort()


def request(
    target: str,
    token: str = "",
    *lines: str,
    method: str = "GET",
    body: bytes | None = None,
    version: str = "1.1",
    host: str | None = "erp.virtual",
) -> bytes:
    """A request as bytes; `lines` are further header lines."""
    head = [f"{method} {target} HTTP/{version}"]
    if host is not None:
        head.append(f"Host: {host}")
    if token:
        head.append(f"Proxy-Authorization: Bearer {token}")
    head.extend(lines)
    if body is not None:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + (body or b"")


async def ask(address: tuple[str, int], data: bytes, method: str = "GET") -> Answer:
    """Send one request on a connection of its own."""
    async with await Client.open(address) as client:
        return await client.ask(data, method)
