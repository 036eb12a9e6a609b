"""A connection to a server, plain or in TLS, with the time that each phase took."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass

from landbridge.checks.http.url import Url
from landbridge.checks.probe import Logon, Scene
from landbridge.checks.probes.tls_link import TlsLink, any_server, sni, trusted_server
from landbridge.net.dial import DialFailed

_READ = 65_536


class NoWay(Exception):
    """There is no connection to speak on. `problem` as in `HttpAnswer`."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.detail = detail


@dataclass(slots=True)
class Connection:
    """An open connection. Times are milliseconds since `began`, a moment of the loop."""

    url: Url
    address: str
    socket: socket.socket
    link: TlsLink | None
    began: float
    connected: float
    secured: float = 0.0
    used: bool = False

    async def send(self, data: bytes) -> None:
        """Say something. Raises `OSError`."""
        if self.link is not None:
            await self.link.send(data)
        else:
            await asyncio.get_running_loop().sock_sendall(self.socket, data)

    async def receive(self) -> bytes:
        """What the server says next; empty at its end. Raises `OSError`."""
        if self.link is not None:
            return await self.link.receive()
        return await asyncio.get_running_loop().sock_recv(self.socket, _READ)

    def passed(self) -> float:
        """Milliseconds since the connection was begun."""
        return round((asyncio.get_running_loop().time() - self.began) * 1000, 1)

    def restart(self) -> None:
        """Another request on it: its times begin anew, without connecting."""
        self.began = asyncio.get_running_loop().time()
        self.connected = self.secured = 0.0

    def close(self) -> None:
        self.socket.close()


async def opened(scene: Scene, url: Url, address: str, *, secret: bool, stranger: bool) -> Connection:
    """A connection to `url` at `address`. Raises `NoWay`, and `TimeoutError` is for the caller.

    secret    a secret will be said: then the server has to be vouched for
    stranger  another place than the target: it sees no certificate of ours
    """
    began = asyncio.get_running_loop().time()
    try:
        opening = await scene.dialler.open(address, url.port, scene.seconds)
    except DialFailed as failed:
        raise NoWay(failed.problem.value, failed.reason) from None
    connection = Connection(url, address, opening, None, began, 0.0)
    connection.connected = connection.passed()
    if url.secure:
        try:
            await _secure(connection, scene, secret, Logon() if stranger else scene.logon)
        except BaseException:
            connection.close()
            raise
    return connection


async def _secure(connection: Connection, scene: Scene, secret: bool, logon: Logon) -> None:
    name = connection.url.host if secret else sni(connection.url.host)
    context = trusted_server(logon, scene.trust) if secret else any_server(logon)
    link = TlsLink(connection.socket, context, name)
    problem = await link.shake(scene.seconds)
    if problem:
        raise NoWay(*_refused(problem, context))
    connection.secured = connection.passed()
    connection.link = link


def _refused(problem: str, context: ssl.SSLContext) -> tuple[str, str]:
    """A handshake that cannot be read by one who judges is one whose certificate he does not take."""
    if problem == "protocol" and context.verify_mode is ssl.CERT_REQUIRED:
        return "untrusted", ""
    return "tls", problem
