"""Accepting TLS connections so that every failed handshake has a reason (traps 1).

asyncio's own server drops a failed handshake without a word; accepting by hand gets the exception.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HANDSHAKE_TIMEOUT = 10.0
HANDSHAKES_AT_ONCE = 512
"""Beyond that the oldest gives way: one that means it takes milliseconds, and idle ones must not lock others out."""
_X509_V_FLAG_NO_CHECK_TIME = 0x200000


@dataclass(frozen=True, slots=True, repr=False)
class TlsIdentity:
    """A certificate with its key, and the authority whose client certificates are accepted, all PEM."""

    certificate_pem: str
    key_pem: str
    ca_pem: str


def client_asking_context(identity: TlsIdentity) -> ssl.SSLContext:
    """A TLS 1.3 server that asks for a client certificate, insists on nothing and ignores its dates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VerifyFlags(_X509_V_FLAG_NO_CHECK_TIME)
    context.load_verify_locations(cadata=identity.ca_pem)
    load_identity(context, identity.certificate_pem, identity.key_pem)
    return context


def load_identity(context: ssl.SSLContext, certificate_pem: str, key_pem: str) -> None:
    """Give a context its certificate; the library reads files only, so one exists for a moment, readable by us."""
    with tempfile.TemporaryDirectory(prefix="landbridge-") as folder:
        file = Path(folder, "identity.pem")
        file.touch(mode=0o600)
        file.write_text(f"{certificate_pem}\n{key_pem}")
        context.load_cert_chain(file)


class TlsAcceptor:
    """A listening socket whose connections are handed to `factory` once their handshake is done."""

    def __init__(
        self,
        factory: Callable[[], asyncio.Protocol],
        context: ssl.SSLContext,
        on_failure: Callable[[str, str], None],
    ) -> None:
        """`on_failure` gets the peer's address and the reason of a handshake that failed."""
        self._factory = factory
        self._context = context
        self._on_failure = on_failure
        self._tasks: dict[asyncio.Task[None], None] = {}  # a dict, because it knows which is the oldest
        self._socket: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None

    def start(self, host: str, port: int) -> int:
        """Listen; returns the port. Raises `OSError`."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=1024)
        listener.setblocking(False)
        self._socket = listener
        self._accepting = asyncio.get_running_loop().create_task(self._accept())
        return int(listener.getsockname()[1])

    async def stop(self) -> None:
        """Stop listening and give up handshakes that are under way."""
        tasks = [*self._tasks, *([self._accepting] if self._accepting else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._socket is not None:
            self._socket.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        assert self._socket is not None
        while True:
            try:
                connection, address = await loop.sock_accept(self._socket)
            except OSError as error:
                # Out of descriptors, most likely: the connection stays in the backlog until one is free.
                self._on_failure("", error.strerror or type(error).__name__)
                await asyncio.sleep(0.1)
                continue
            peer = f"{address[0]}:{address[1]}"
            if len(self._tasks) >= HANDSHAKES_AT_ONCE:
                self._on_failure("", "too many handshakes at once; the oldest gave way")
                next(iter(self._tasks)).cancel()
            task = loop.create_task(self._handshake(connection, peer))
            self._tasks[task] = None
            task.add_done_callback(lambda done: self._tasks.pop(done, None))

    async def _handshake(self, connection: socket.socket, peer: str) -> None:
        connection.setblocking(False)
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                self._factory, connection, ssl=self._context, ssl_handshake_timeout=HANDSHAKE_TIMEOUT
            )
        except ssl.SSLError as error:
            self._on_failure(peer, error.reason or type(error).__name__)
        except (OSError, TimeoutError) as error:
            self._on_failure(peer, type(error).__name__)
