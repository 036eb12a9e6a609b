"""SSH and SFTP servers: good ones, old ones, strict ones, and those that hide what is behind them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

USER = "shop"
PASSWORD = "correct horse"


@dataclass(frozen=True, slots=True)
class SshSetup:
    """How a server is.

    host_keys   kinds of its host keys
    password    that it takes; empty: it takes none
    key         public key that it takes; empty: it takes none
    dual        whether it wants the key first and the password then
    kex, ciphers, signatures  all that it can do; empty: what is usual
    shows       kinds of signatures with which it proves its host keys; empty: what is usual
    folder      of its files; None: it has no SFTP
    read_only   whether nothing can be made in it; `keeps`: whether nothing can be renamed or removed
    hidden      name of a directory that cannot be listed
    cuts        whether it ends the session when a directory is listed; `stalls`: whether it says nothing then
    heard       passwords that it was given; None: nobody wants to know
    """

    host_keys: tuple[asyncssh.SSHKey, ...]
    password: str = ""
    key: str = ""
    dual: bool = False
    kex: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    folder: Path | None = None
    read_only: bool = False
    keeps: bool = False
    hidden: str = ""
    cuts: bool = False
    stalls: bool = False
    heard: list[str] | None = None


def host_key(kind: str = "ssh-ed25519") -> asyncssh.SSHKey:
    """A new host key."""
    return asyncssh.generate_private_key(kind)


@contextlib.asynccontextmanager
async def ssh_server(setup: SshSetup) -> AsyncIterator[int]:
    """Its port."""

    def files(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        return _Files(channel, setup)

    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=lambda: _Server(setup),
        server_host_keys=_host_keys(setup),
        kex_algs=list(setup.kex) or (),
        encryption_algs=list(setup.ciphers) or (),
        signature_algs=list(setup.signatures) or (),
        sftp_factory=files if setup.folder is not None else None,
        allow_scp=False,
        config=None,
    )
    try:
        yield server.get_port()
    finally:
        server.close()
        await server.wait_closed()


def _host_keys(setup: SshSetup) -> list[asyncssh.SSHKeyPair]:
    pairs = list(asyncssh.load_keypairs(list(setup.host_keys)))
    for pair in pairs:
        pair.host_key_algorithms = [name.encode() for name in setup.shows] or pair.host_key_algorithms
    return pairs


@dataclass
class _Server(asyncssh.SSHServer):
    """Lets `USER` in."""

    setup: SshSetup
    taken: list[str] = field(default_factory=list)
    connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connection = conn

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return bool(self.setup.key) and "key" not in self.taken

    def password_auth_supported(self) -> bool:
        return bool(self.setup.password) and (not self.setup.dual or "key" in self.taken)

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        known = key.export_public_key().decode().split()[:2] == self.setup.key.split()[:2]
        if not known or not self.setup.dual:
            return known and username == USER
        # The first time the client asks whether the key would do, the second time it has signed.
        self.taken.append("asked" if "asked" not in self.taken else "key")
        if "key" in self.taken and self.connection is not None:
            _next_failure_is_partial(self.connection)
        return "key" not in self.taken

    def validate_password(self, username: str, password: str) -> bool:
        if self.setup.heard is not None:
            self.setup.heard.append(password)
        return username == USER and password == self.setup.password


def _next_failure_is_partial(connection: asyncssh.SSHServerConnection) -> None:
    """Say that the first of two things was right (RFC 4252 §5.1); the library's servers ask for one thing only."""
    usual = connection.send_userauth_failure

    def once(partial_success: bool) -> None:
        del connection.send_userauth_failure
        usual(partial_success=True)

    connection.send_userauth_failure = once  # type: ignore[method-assign]


class _Files(asyncssh.SFTPServer):
    """Files below a folder, with what the setup forbids."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], setup: SshSetup) -> None:
        super().__init__(channel, chroot=str(setup.folder).encode())
        self._setup = setup

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if self._setup.read_only and pflags & asyncssh.FXF_WRITE:
            raise asyncssh.SFTPPermissionDenied("this folder is for reading")
        return super().open(path, pflags, attrs)

    def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        if self._setup.cuts:
            self.channel.get_connection().abort()
        if self._setup.stalls:
            return _never()
        if self._setup.hidden and path.rstrip(b"/").endswith(self._setup.hidden.encode()):
            raise asyncssh.SFTPPermissionDenied("this folder is not for you")
        return super().scandir(path)

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        if self._setup.keeps:
            raise asyncssh.SFTPPermissionDenied("files stay as they are")
        super().rename(oldpath, newpath)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        self.rename(oldpath, newpath)


async def _never() -> AsyncIterator[asyncssh.SFTPName]:
    """Names that do not come, until the client has gone."""
    await asyncio.Event().wait()
    yield asyncssh.SFTPName()


@contextlib.asynccontextmanager
async def full_ssh_server(host: asyncssh.SSHKey) -> AsyncIterator[int]:
    """A server for one connection, which somebody has already: the next ones are closed. Its port."""
    async with ssh_server(SshSetup((host,), password=PASSWORD)) as behind:
        taken = asyncio.Event()
        inner, out = await asyncio.open_connection("127.0.0.1", behind)
        greeting = await inner.readline()
        out.close()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if taken.is_set():
                writer.close()
                return
            taken.set()
            writer.write(greeting)
            await reader.read()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = int(server.sockets[0].getsockname()[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()
        try:
            yield port
        finally:
            writer.close()
            await writer.wait_closed()
            server.close()
            await server.wait_closed()
