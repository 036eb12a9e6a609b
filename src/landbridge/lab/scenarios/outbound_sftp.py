"""outbound.sftp: what stands between us and an SSH or SFTP server (failure-catalogue, row 16)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from socket import create_server, socket

import asyncssh

from landbridge.lab.pki import leaf
from landbridge.lab.scenario import Scenario, Stage, Staged
from landbridge.lab.scenarios.ssh_stage import SshTarget, command, line, stage
from landbridge.lab.servers.blocking import Serve, listening, server_context, tls
from landbridge.lab.servers.ssh import PASSWORD, USER, SshSetup, full_ssh_server, host_key

FAILURE = "outbound.sftp"


def _key_changed(folder: Path) -> SshTarget:
    return SshTarget(SshSetup((host_key(),)), (line(host_key()),))


def _key_revoked(folder: Path) -> SshTarget:
    key = host_key()
    return SshTarget(SshSetup((key,)), (line(key), line(key, marker="@revoked")))


def _key_unknown(folder: Path) -> SshTarget:
    return SshTarget(SshSetup((host_key(),)), ("# nothing yet",))


def _key_of_another_kind(folder: Path) -> SshTarget:
    shown = (host_key("ssh-ed25519"), host_key("ecdsa-sha2-nistp256"))
    return SshTarget(SshSetup(shown), (line(host_key("ssh-rsa")),))


def _stored_without_port(folder: Path) -> SshTarget:
    key = host_key()
    return SshTarget(SshSetup((key,)), (line(key, "localhost"),))


def _stored_by_address(folder: Path) -> SshTarget:
    key = host_key()
    return SshTarget(SshSetup((key,)), (line(key, "[127.0.0.1]:{port}"),))


def _old(kex: tuple[str, ...] = (), ciphers: tuple[str, ...] = (), shows: tuple[str, ...] = ()) -> Stage:
    def made(folder: Path) -> SshTarget:
        key = host_key("ssh-rsa")
        return SshTarget(SshSetup((key,), kex=kex, ciphers=ciphers, shows=shows), (line(key),))

    return stage("The server can do nothing that is good today.", made)


def _wrong_password(folder: Path) -> SshTarget:
    key = host_key()
    return SshTarget(SshSetup((key,), password=PASSWORD), (line(key),), login=True, user=USER, password="wrong")


def _only_passwords(folder: Path) -> SshTarget:
    key, ours = host_key(), host_key()
    return SshTarget(SshSetup((key,), password=PASSWORD), (line(key),), login=True, user=USER, key=ours)


def _key_not_known(folder: Path) -> SshTarget:
    key, ours, theirs = host_key(), host_key(), host_key()
    setup = SshSetup((key,), key=_public(theirs), password=PASSWORD)
    return SshTarget(setup, (line(key),), login=True, user=USER, key=ours)


def _only_keys(folder: Path) -> SshTarget:
    key, theirs = host_key(), host_key()
    setup = SshSetup((key,), key=_public(theirs))
    return SshTarget(setup, (line(key),), login=True, user=USER, password=PASSWORD)


def _two_wanted(folder: Path) -> SshTarget:
    key, ours = host_key(), host_key()
    setup = SshSetup((key,), key=_public(ours), password=PASSWORD, dual=True)
    return SshTarget(setup, (line(key),), login=True, user=USER, key=ours)


def _signature_refused(folder: Path) -> SshTarget:
    key, ours = host_key(), host_key("ssh-rsa")
    setup = SshSetup((key,), key=_public(ours), signatures=("ssh-ed25519", "ssh-rsa"))
    return SshTarget(setup, (line(key),), login=True, user=USER, key=ours)


def _no_directory(folder: Path) -> SshTarget:
    (folder / "files" / "in").mkdir(parents=True)
    return _with_files(folder, "in/orders/new")


def _no_reading(folder: Path) -> SshTarget:
    (folder / "files" / "closed").mkdir(parents=True)
    return _with_files(folder, "closed", be=SshSetup((), hidden="closed"))


def _no_writing(folder: Path) -> SshTarget:
    (folder / "files" / "in").mkdir(parents=True)
    return _with_files(folder, "in", "--write", be=SshSetup((), read_only=True))


def _no_moving(folder: Path) -> SshTarget:
    (folder / "files" / "in").mkdir(parents=True)
    return _with_files(folder, "in", "--write", be=SshSetup((), keeps=True))


def _cut(folder: Path) -> SshTarget:
    (folder / "files" / "in").mkdir(parents=True)
    return _with_files(folder, "in", be=SshSetup((), cuts=True))


def _stalled(folder: Path) -> SshTarget:
    (folder / "files" / "in").mkdir(parents=True)
    return _with_files(folder, "in", "--timeout", "1", be=SshSetup((), stalls=True))


def _no_sftp(folder: Path) -> SshTarget:
    key = host_key()
    setup = SshSetup((key,), password=PASSWORD)
    return SshTarget(setup, (line(key),), "sftp", login=True, user=USER, password=PASSWORD)


def _with_files(folder: Path, directory: str, *options: str, be: SshSetup | None = None) -> SshTarget:
    """`be` says how the server treats files."""
    key = host_key()
    setup = replace(be or SshSetup(()), host_keys=(key,), password=PASSWORD, folder=folder / "files")
    more = ("--directory", directory, *options)
    return SshTarget(setup, (line(key),), "sftp", login=True, user=USER, password=PASSWORD, options=more)


def _strange_name(folder: Path) -> SshTarget:
    key = host_key()
    return SshTarget(SshSetup((key,), password=PASSWORD), (line(key),), user="shop&co")


def _public(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode()


def _behind_the_port(serve: Serve, story: str) -> Stage:
    @asynccontextmanager
    async def staged(folder: Path) -> AsyncIterator[Staged]:
        with listening(serve) as port:
            yield Staged(("probe", "sftp", f"localhost:{port}", "--timeout", "3"), story)

    return staged


def _ftp(connection: socket) -> None:
    connection.sendall(b"220 files.example.test FTP server ready\r\n")
    connection.recv(1000)
    connection.sendall(b"500 Command not understood\r\n")


def _http(connection: socket) -> None:
    connection.recv(1000)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


def _hang_up(connection: socket) -> None:
    """Close at once."""


def _greet_and_hang_up(connection: socket) -> None:
    connection.sendall(b"SSH-2.0-lab\r\n")


@asynccontextmanager
async def _tls(folder: Path) -> AsyncIterator[Staged]:
    with listening(tls(server_context(leaf(None), folder))) as port:
        yield Staged(("probe", "ssh", f"localhost:{port}"), "The port speaks TLS.")


@asynccontextmanager
async def _silent(folder: Path) -> AsyncIterator[Staged]:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield Staged(("probe", "ssh", f"localhost:{port}", "--timeout", "0.3"), "The server takes everything in.")
    finally:
        ended.set()
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def _full(folder: Path) -> AsyncIterator[Staged]:
    key = host_key()
    async with full_ssh_server(key) as port:
        arguments = command(folder, SshTarget(SshSetup((key,)), (line(key),)), port)
        yield Staged(arguments, "The server takes one connection, and somebody has it.")


@asynccontextmanager
async def _closed_port(folder: Path) -> AsyncIterator[Staged]:
    with create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    yield Staged(("probe", "sftp", f"localhost:{port}"), "Nothing listens on the port.")


@asynccontextmanager
async def _unknown_name(folder: Path) -> AsyncIterator[Staged]:
    yield Staged(("probe", "sftp", "files.example.invalid"), "The name does not exist.")


SCENARIOS = (
    Scenario(FAILURE, "hostkey-changed", stage("Another key of the same kind is stored.", _key_changed)),
    Scenario(FAILURE, "hostkey-changed", stage("The stored key was revoked.", _key_revoked), "revoked"),
    Scenario(FAILURE, "hostkey-unknown", stage("Nothing is stored.", _key_unknown)),
    Scenario(FAILURE, "hostkey-other-algorithm", stage("An RSA key is stored.", _key_of_another_kind)),
    Scenario(FAILURE, "hostkey-name-form", stage("It is stored without the port.", _stored_without_port), "port"),
    Scenario(FAILURE, "hostkey-name-form", stage("It is stored by its address.", _stored_by_address), "address"),
    Scenario(FAILURE, "algorithms", _old(kex=("diffie-hellman-group1-sha1",)), "key-exchange"),
    Scenario(FAILURE, "algorithms", _old(ciphers=("aes128-cbc",)), "cipher"),
    Scenario(FAILURE, "algorithms", _old(shows=("ssh-rsa",)), "host-key"),
    Scenario(FAILURE, "auth-password", stage("The password is wrong.", _wrong_password)),
    Scenario(FAILURE, "auth-password", stage("We have a key, it takes passwords.", _only_passwords), "only"),
    Scenario(FAILURE, "auth-key", stage("Our key is not known.", _key_not_known)),
    Scenario(FAILURE, "auth-key", stage("We have a password, it takes keys.", _only_keys), "only"),
    Scenario(FAILURE, "auth-dual", stage("It wants key and password.", _two_wanted)),
    Scenario(FAILURE, "key-signature", stage("It takes old signatures only.", _signature_refused)),
    Scenario(FAILURE, "username-charset", stage("The name has an ampersand.", _strange_name)),
    Scenario(FAILURE, "directory", stage("A part of the path is missing.", _no_directory)),
    Scenario(FAILURE, "disconnect-mid", stage("The session ends in a listing.", _cut)),
    Scenario(FAILURE, "disconnect-mid", stage("A listing does not come.", _stalled), "stalled"),
    Scenario(FAILURE, "permission", stage("The directory cannot be listed.", _no_reading), "list"),
    Scenario(FAILURE, "permission", stage("Nothing can be written.", _no_writing), "write"),
    Scenario(FAILURE, "permission", stage("There is no SFTP.", _no_sftp), "no-sftp"),
    Scenario(FAILURE, "post-processing", stage("Files cannot be moved.", _no_moving)),
    Scenario(FAILURE, "not-ssh", _behind_the_port(_ftp, "The port speaks FTP."), "ftp"),
    Scenario(FAILURE, "not-ssh", _behind_the_port(_http, "The port speaks HTTP."), "http"),
    Scenario(FAILURE, "not-ssh", _tls, "tls"),
    Scenario(FAILURE, "not-ssh", _silent, "silent"),
    Scenario(FAILURE, "closed-early", _behind_the_port(_hang_up, "The server hangs up."), "at-once"),
    Scenario(FAILURE, "closed-early", _behind_the_port(_greet_and_hang_up, "It greets and hangs up."), "greeted"),
    Scenario(FAILURE, "closed-early", _full, "limit"),
    Scenario(FAILURE, "tcp", _closed_port, "closed"),
    Scenario(FAILURE, "tcp", _unknown_name, "name"),
)
