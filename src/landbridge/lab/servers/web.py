"""An HTTP server that answers what a function says, byte for byte; it knows which connection a request came on."""

from __future__ import annotations

import base64
import itertools
import socket
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from landbridge.lab.servers.blocking import Serve

_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `headers` by name in lower case; `connection` counts the connections of the server from 0."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def basic(self) -> bytes:
        """User and password of a Basic logon, with a colon between; empty without one."""
        scheme, _, text = self.headers.get("authorization", "").partition(" ")
        return base64.b64decode(text) if scheme == "Basic" else b""

    @property
    def cookies(self) -> set[str]:
        """`name=value` of each cookie."""
        return {part.strip() for part in self.headers.get("cookie", "").split(";") if part.strip()}


Respond = Callable[[Call], bytes]
"""The whole answer to a request. Empty: none, the connection is closed."""


def web(respond: Respond) -> Serve:
    """Serve HTTP: connections stay open until an answer says otherwise."""
    numbers = itertools.count()

    def serve(connection: socket.socket) -> None:
        number = next(numbers)
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                data = connection.recv(_LIMIT)
                if not data:
                    return
                buffer += data
            call, buffer = _read(connection, buffer, number)
            answer = respond(call)
            connection.sendall(answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if call.method == "HEAD" else answer)
            if not answer or b"connection: close" in answer.lower() or not answer.startswith(b"HTTP/1.1"):
                return

    return serve


def once(respond: Respond) -> Serve:
    """Answer one request of each connection and close it, whatever the answer says of that."""

    def serve(connection: socket.socket) -> None:
        buffer = b""
        while b"\r\n\r\n" not in buffer:
            data = connection.recv(_LIMIT)
            if not data:
                return
            buffer += data
        call, _ = _read(connection, buffer, 0)
        whole = respond(call)
        connection.sendall(whole.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if call.method == "HEAD" else whole)

    return serve


def _read(connection: socket.socket, buffer: bytes, number: int) -> tuple[Call, bytes]:
    head, _, rest = buffer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    chunked, length = "transfer-encoding" in headers, int(headers.get("content-length", "0"))
    while (b"0\r\n\r\n" not in rest) if chunked else (len(rest) < length):
        data = connection.recv(_LIMIT)
        if not data:
            break
        rest += data
    end = rest.index(b"0\r\n\r\n") + 5 if chunked and b"0\r\n\r\n" in rest else length
    return Call(method, path, headers, rest[:end], number), rest[end:]


def answer(status: int, *headers: str, body: bytes | str = b"", kind: str = "text/plain", phrase: str = "") -> bytes:
    """An answer with its length."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} {phrase or HTTPStatus(status).phrase}", *headers]
    if status not in (204, 304):
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(content)}"]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content


def fixed(data: bytes) -> Serve:
    """Answer the first request of each connection with these bytes, whatever it is, and close."""

    def serve(connection: socket.socket) -> None:
        connection.recv(_LIMIT)
        connection.sendall(data)

    return serve
