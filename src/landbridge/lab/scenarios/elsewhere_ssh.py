"""SSH and SFTP as they are met elsewhere: lists of hosts that people wrote, servers that send us away (row 16)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from socket import socket

import asyncssh

from landbridge.lab.scenario import HEALTHY, Scenario, Stage, Staged
from landbridge.lab.scenarios.ssh_stage import SshTarget, command, line, stage
from landbridge.lab.servers.blocking import listening
from landbridge.lab.servers.ssh import PASSWORD, USER, SshSetup, host_key, ssh_server

FAILURE = "outbound.sftp"


def _old_and_changed(*options: str) -> SshTarget:
    setup = SshSetup(
        (host_key("ssh-rsa"),), kex=("diffie-hellman-group1-sha1",), ciphers=("aes128-cbc",), shows=("ssh-rsa",)
    )
    return SshTarget(setup, (line(host_key("ssh-rsa")),), options=options)


def _unknown_and_wrong(folder: Path) -> SshTarget:
    setup = SshSetup((host_key(),), password=PASSWORD)
    return SshTarget(setup, ("# nobody yet",), login=True, user=USER, password="wrong")


def _both_changed(folder: Path) -> SshTarget:
    return SshTarget(SshSetup((host_key("ssh-rsa"), host_key())), (line(host_key()), line(host_key("ssh-rsa"))))


def _one_changed(folder: Path) -> SshTarget:
    """Clients that agree on the changed kind refuse, others do not."""
    kept, changed = host_key("ssh-rsa"), host_key()
    return SshTarget(SshSetup((kept, changed)), (line(kept), line(host_key())))


def _stored(name: str) -> SshTarget:
    key = host_key()
    return SshTarget(SshSetup((key,)), (line(key, name),))


def _other_user(folder: Path) -> SshTarget:
    key = host_key()
    setup = SshSetup((key,), password=PASSWORD)
    return SshTarget(setup, (line(key),), login=True, user=USER.capitalize(), password=PASSWORD)


def _directory(folder: Path, wanted: str) -> SshTarget:
    (folder / "files" / "My Orders").mkdir(parents=True)
    (folder / "files" / "orders.csv").write_text("1")
    key, ours = host_key(), host_key()
    setup = SshSetup((key,), key=ours.export_public_key().decode(), folder=folder / "files")
    return SshTarget(setup, (line(key),), "sftp", login=True, user=USER, key=ours, options=("--directory", wanted))


def _with_comments(folder: Path) -> SshTarget:
    key = host_key()
    return SshTarget(SshSetup((key,)), ("# my hosts\r", "\r", f"{line(key)} admin@pc\r"))


def _other_revoked(folder: Path) -> SshTarget:
    key = host_key()
    return SshTarget(SshSetup((key,)), (line(host_key(), marker="@revoked"), line(key)))


def _says(greeting: bytes, story: str) -> Stage:
    @asynccontextmanager
    async def staged(folder: Path) -> AsyncIterator[Staged]:
        def serve(connection: socket) -> None:
            connection.sendall(greeting)

        with listening(serve) as port:
            yield Staged(("probe", "ssh", f"localhost:{port}", "--timeout", "3"), story)

    return staged


class _Asking(asyncssh.SSHServer):
    """Asks for the password in its own words, as servers with second factors do."""

    def begin_auth(self, username: str) -> bool:
        return True

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        return ("", "", "", [("Password: ", False)])

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> bool:
        return username == USER and list(responses) == [PASSWORD]


def _asked(story: str, password: str) -> Stage:
    @asynccontextmanager
    async def staged(folder: Path) -> AsyncIterator[Staged]:
        key = host_key()
        server = await asyncssh.listen("127.0.0.1", 0, server_factory=_Asking, server_host_keys=[key], config=None)
        try:
            target = SshTarget(SshSetup((key,)), (line(key),), login=True, user=USER, password=password)
            yield Staged(command(folder, target, server.get_port()), story)
        finally:
            server.close()
            await server.wait_closed()

    return staged


@asynccontextmanager
async def _talkative(folder: Path) -> AsyncIterator[Staged]:
    """Lines before the greeting (RFC 4253 §4.2), put there by something in front of the server."""
    key = host_key()
    async with ssh_server(SshSetup((key,))) as behind:

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            inner, out = await asyncio.open_connection("127.0.0.1", behind)
            writer.write(b"".join(b"line %d of the house rules\r\n" % number for number in range(6)))
            await asyncio.gather(_passed(reader, out), _passed(inner, writer))

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        try:
            port = int(server.sockets[0].getsockname()[1])
            yield Staged(command(folder, SshTarget(SshSetup((key,)), (line(key),)), port), "It begins with its rules.")
        finally:
            server.close()
            await server.wait_closed()


async def _passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
    writer.close()


FAILING = (
    Scenario(FAILURE, "algorithms", stage("It is old, and its key changed.", lambda folder: _old_and_changed()), "two"),
    Scenario(
        FAILURE,
        "hostkey-changed",
        stage("The same, and old ways are allowed.", lambda folder: _old_and_changed("--deprecated")),
        "old",
    ),
    Scenario(FAILURE, "hostkey-changed", stage("Both of its keys changed.", _both_changed), "both"),
    Scenario(FAILURE, "hostkey-changed", stage("One of its two keys changed.", _one_changed), "one-of-two"),
    Scenario(FAILURE, "hostkey-unknown", stage("Nor is the password right.", _unknown_and_wrong), "and-password"),
    Scenario(
        FAILURE,
        "hostkey-name-form",
        stage("It is stored by a short name.", lambda folder: _stored("[files]:{port}")),
        "short",
    ),
    Scenario(
        FAILURE,
        "hostkey-name-form",
        stage("It is stored for another port.", lambda folder: _stored("[localhost]:22222")),
        "other-port",
    ),
    Scenario(FAILURE, "auth-password", stage("The user's name is written otherwise.", _other_user), "case"),
    Scenario(FAILURE, "auth-password", _asked("It asks for the password, which is wrong.", "wrong"), "asked"),
    Scenario(FAILURE, "directory", stage("Letter case.", lambda folder: _directory(folder, "my orders")), "case"),
    Scenario(FAILURE, "directory", stage("It is a file.", lambda folder: _directory(folder, "orders.csv")), "file"),
    Scenario(FAILURE, "closed-early", _says(b"Exceeded MaxStartups\r\n", "It is full, and says so."), "full"),
    Scenario(FAILURE, "closed-early", _says(b"Not allowed at this time\r\n", "We were too eager."), "penalty"),
    Scenario(FAILURE, "algorithms", _says(b"SSH-1.5-1.2.27\n", "It speaks the first version."), "ssh-1"),
    Scenario(FAILURE, "not-ssh", _says(b"@RSYNCD: 31.0\n", "It is another service."), "rsync"),
)
HEALTHY_ONES = (
    Scenario(HEALTHY, "ssh", stage("The list comes from another system.", _with_comments), "comments"),
    Scenario(HEALTHY, "ssh", stage("Capitals.", lambda folder: _stored("[LOCALHOST]:{port}")), "capitals"),
    Scenario(HEALTHY, "ssh", stage("Two names.", lambda folder: _stored("{name},[127.0.0.1]:{port}")), "names"),
    Scenario(HEALTHY, "ssh", stage("Another key was revoked.", _other_revoked), "revoked"),
    Scenario(HEALTHY, "ssh", _asked("It asks for the password.", PASSWORD), "asked"),
    Scenario(HEALTHY, "ssh", _talkative, "talkative"),
    Scenario(HEALTHY, "sftp", stage("A blank.", lambda folder: _directory(folder, "/My Orders/")), "blank"),
)
SCENARIOS = (*FAILING, *HEALTHY_ONES)
