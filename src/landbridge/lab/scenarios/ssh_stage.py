"""Setting up an SSH server, the list of known hosts of the one who looks, and the probe."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from landbridge.lab.scenario import Stage, Staged
from landbridge.lab.servers.ssh import SshSetup, ssh_server


@dataclass(frozen=True, slots=True)
class SshTarget:
    """A server, and what is known of it.

    known     lines of the list of known hosts; `{name}` stands for the name that is looked up, `{port}` for the port
    protocol  of the probe: ssh or sftp
    login     whether to log on, with `password` and `key`
    user      who logs on, or is asked about
    options   of the probe, besides
    host      by which it is called
    """

    setup: SshSetup
    known: tuple[str, ...]
    protocol: str = "ssh"
    login: bool = False
    password: str = ""
    key: asyncssh.SSHKey | None = None
    user: str = ""
    options: tuple[str, ...] = ()
    host: str = "localhost"


def line(key: asyncssh.SSHKey, name: str = "{name}", marker: str = "") -> str:
    """A line of a list of known hosts."""
    return f"{marker} {name} {key.export_public_key().decode().strip()}".strip()


def stage(story: str, made: Callable[[Path], SshTarget]) -> Stage:
    """Bring about what `made` describes; it may put files into the folder."""

    def staged(folder: Path) -> AbstractAsyncContextManager[Staged]:
        return _staged(folder, story, made(folder))

    return staged


@asynccontextmanager
async def _staged(folder: Path, story: str, target: SshTarget) -> AsyncIterator[Staged]:
    async with ssh_server(target.setup) as port:
        yield Staged(command(folder, target, port), story)


def command(folder: Path, target: SshTarget, port: int) -> tuple[str, ...]:
    """The command that looks at a server on that port."""
    known = folder / "known_hosts"
    name = f"[{target.host}]:{port}"
    known.write_text("".join(f"{one.format(name=name, port=port)}\n" for one in target.known))
    options = ["--known-hosts", str(known), *target.options]
    if target.user:
        options += ["--login" if target.login else "--user", target.user]
    if target.login and target.password:
        options += ["--secret-file", _file(folder / "password.txt", target.password)]
    if target.login and target.key is not None:
        options += ["--private-key", _file(folder / "id", target.key.export_private_key().decode())]
    return ("probe", target.protocol, f"{target.host}:{port}", *options)


def _file(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)
