"""One request and its answer on a connection, within limits of size; time is for the caller."""

from __future__ import annotations

import ssl

from landbridge.checks.http.body import body_of
from landbridge.checks.http.connection import Connection
from landbridge.checks.http.head import Head, NoHead, head_of
from landbridge.checks.http.received import Received

_FIRST = 200
_INTERIM = 10
"""Answers of the kind 1xx that may come before the real one."""


async def exchange(connection: Connection, method: str, request: bytes, received: Received) -> None:
    """Send `request` and fill `received`. Never raises for what the server does, but for cancellation."""
    try:
        await connection.send(request)
    except ssl.SSLError:
        received.problem = "tls"
    except OSError:
        pass  # An answer may have come before the server stopped reading; so look at it.
    if received.problem != "tls":
        await _receive(connection, method, received)
    received.ended = connection.passed()
    connection.used = True


async def _receive(connection: Connection, method: str, received: Received) -> None:
    try:
        rest = await _head(connection, method, received)
    except NoHead as none:
        received.problem = none.problem
        return
    except ssl.SSLError:
        received.problem = "tls"
        return
    except OSError:
        received.problem = "reset"
        return
    if received.head is not None:
        await _body(connection, rest, received)


async def _head(connection: Connection, method: str, received: Received) -> bytes:
    """Read up to the end of the head; what came behind it. Raises `NoHead`, `OSError`."""
    buffer = b""
    interim = 0
    while True:
        found = head_of(buffer)
        if found is not None:
            head, buffer = found
            if not 100 <= head.status < 200 or head.status == 101 or interim == _INTERIM:
                received.problem, received.head, received.body = "", head, body_of(method, head)
                return buffer
            interim += 1
            continue
        data = await connection.receive()
        if not data:
            received.problem = "closed" if not buffer else "not-http"
            return b""
        received.first_byte = received.first_byte or connection.passed()
        received.first = (received.first + data)[:_FIRST]
        buffer += data


async def _body(connection: Connection, rest: bytes, received: Received) -> None:
    """Read up to the end of the body, or to the limit. How it ended stays in the body."""
    body = received.body
    body.feed(rest)
    try:
        while not body.over:
            data = await connection.receive()
            if not data:
                body.end()
                return
            body.feed(data)
    except OSError:
        return
    head = received.head
    received.lasts = body.done and head is not None and head.version == "HTTP/1.1" and _keeps(head)


def _keeps(head: Head) -> bool:
    return "close" not in head.get("connection").lower()
