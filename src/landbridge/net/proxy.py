"""Out through an HTTP proxy: CONNECT, with Basic authentication when asked (cloud-connector §1.1)."""

from __future__ import annotations

import asyncio
import base64
import socket
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from landbridge.model.secret import Secret

_ANSWER_LIMIT = 16_384


@dataclass(frozen=True, slots=True)
class HttpProxy:
    """Where the proxy is, and who we are to it (empty user: nobody)."""

    host: str
    port: int
    user: str = ""
    password: Secret = field(default_factory=lambda: Secret(""))

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"


class ProxyRefused(Exception):
    """The proxy did not open the connection; the text says what it answered. `status` is 0 when there was none."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


def parse_proxy(url: str) -> HttpProxy:
    """`http://[user:password@]host:port`. Raises `ValueError` with a text that holds no password."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme not in ("", "http") or not parts.hostname or not port or parts.path not in ("", "/"):
        raise ValueError("a proxy is written http://[user:password@]host:port")
    return HttpProxy(parts.hostname, port, unquote(parts.username or ""), Secret(unquote(parts.password or "")))


async def open_through(proxy: HttpProxy, connection: socket.socket, host: str, port: int) -> None:
    """Have the proxy at the other end of `connection` connect to host:port. Raises `ProxyRefused`, `OSError`."""
    loop = asyncio.get_running_loop()
    name = f"[{host}]" if ":" in host else host
    lines = [f"CONNECT {name}:{port} HTTP/1.1", f"Host: {name}:{port}"]
    if proxy.user:
        credentials = base64.b64encode(f"{proxy.user}:{proxy.password.reveal()}".encode()).decode()
        lines.append(f"Proxy-Authorization: Basic {credentials}")
    await loop.sock_sendall(connection, "\r\n".join([*lines, "", ""]).encode())
    answer = b""
    # Byte by byte at the end: what follows the empty line belongs to the tunnel, and the server may speak first.
    while not answer.endswith(b"\r\n\r\n"):
        data = await loop.sock_recv(connection, 1)
        if not data:
            raise ProxyRefused("it closed the connection")
        answer += data
        if len(answer) > _ANSWER_LIMIT:
            raise ProxyRefused("its answer has no end")
    status_line = answer.partition(b"\r\n")[0].decode("latin-1")
    version, _, status = status_line.partition(" ")
    if not version.startswith("HTTP/1."):
        raise ProxyRefused("it does not speak HTTP")
    if not status.startswith("2"):
        raise ProxyRefused(f"it answered {status[:100]}", int(status[:3]) if status[:3].isdigit() else 0)
