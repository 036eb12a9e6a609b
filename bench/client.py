"""A small blocking HTTP client of our own: it must cost little, and show exactly what arrived."""

from __future__ import annotations

import socket

from bench.nouns import Subject

_END = b"\r\n\r\n"


class WrongAnswer(RuntimeError):
    """What came back is not what the backend sends; the text holds the beginning of it."""


def ask(subject: Subject, method: str, path: str, timeout: float = 10.0) -> bytes:
    """The body of a 200 answer to a request without body. Raises `WrongAnswer` for any other answer."""
    with socket.create_connection(("127.0.0.1", subject.port), timeout) as connection:
        connection.sendall(subject.head(method, path))
        head, body = read_head(connection)
        length = content_length(head)
        while len(body) < length:
            piece = connection.recv(65536)
            if not piece:
                raise WrongAnswer(f"{subject.name}: the answer was cut after {len(body)} of {length} bytes")
            body += piece
        return body


def read_head(connection: socket.socket) -> tuple[bytes, bytes]:
    """The head of a 200 answer and what came behind it."""
    data = b""
    while _END not in data:
        piece = connection.recv(65536)
        if not piece:
            raise WrongAnswer(f"closed before an answer: {data[:300]!r}")
        data += piece
    head, _, rest = data.partition(_END)
    check(head, rest)
    return head, rest


def check(head: bytes, rest: bytes = b"") -> None:
    """Raises `WrongAnswer` unless the head says 200."""
    if not head.startswith(b"HTTP/1.1 200"):
        raise WrongAnswer((head + _END + rest)[:600].decode(errors="replace"))


def content_length(head: bytes) -> int:
    """The Content-Length of a head. Raises `WrongAnswer` when there is none: nothing here answers in chunks."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    raise WrongAnswer(f"no Content-Length: {head[:300]!r}")
