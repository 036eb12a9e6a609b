"""A directory on an SFTP server: is it there, may it be read, and, when asked, may it be written?"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

import asyncssh

from landbridge.checks.observations import SftpPath
from landbridge.checks.probe import Scene

if TYPE_CHECKING:
    from asyncssh import SFTPClient, SSHClientConnection

MOST_PARTS = 32
_LOST = (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection, asyncssh.ConnectionLost)


async def files(connection: SSHClientConnection, scene: Scene) -> list[SftpPath]:
    """Each part of the path from the login folder, its content, and a file that comes and goes, if that was asked."""
    try:
        client = await connection.start_sftp_client()
    except (*_LOST, OSError):
        return [SftpPath(act="home", path=".", problem="lost")]
    except asyncssh.Error:
        return [SftpPath(act="home", path=".", problem="no-sftp")]
    home = SftpPath(act="home", path=await _home(client))
    path = scene.target.path or "."
    seen = [home]
    for part in _parts(path):
        seen.append(await _done("look", part, partial(client.stat, part)))
        if seen[-1].problem:
            return seen
    seen.append(await _listed(client, path))
    if scene.ssh.write and seen[-1].good:
        seen += await _written(client, path)
    return seen


async def _home(client: SFTPClient) -> str:
    try:
        return str(await client.realpath("."))
    except asyncssh.SFTPError:
        return "."


def _parts(path: str) -> list[str]:
    """`a/b` leads over `a` to `a/b`."""
    names = [name for name in path.split("/") if name not in ("", ".")][:MOST_PARTS]
    start = "/" if path.startswith("/") else ""
    return [start + "/".join(names[: end + 1]) for end in range(len(names))]


async def _listed(client: SFTPClient, path: str) -> SftpPath:
    count = 0

    async def read() -> None:
        nonlocal count
        count = len([name for name in await client.listdir(path) if name not in (".", "..")])

    told = await _done("list", path, read)
    return told if told.problem else SftpPath(act="list", path=path, entries=count)


async def _written(client: SFTPClient, path: str) -> list[SftpPath]:
    """A file with a name of its own, which is gone afterwards."""
    name = f"{path.rstrip('/')}/landbridge-{secrets.token_hex(8)}"

    async def create() -> None:
        async with client.open(name, "wb"):
            pass

    made = await _done("create", name, create)
    if made.problem:
        return [made]
    renamed = await _done("rename", name, lambda: client.rename(name, f"{name}.done"))
    left = name if renamed.problem else f"{name}.done"
    return [made, renamed, await _done("remove", left, lambda: client.remove(left))]


async def _done(act: str, path: str, attempt: Callable[[], Awaitable[object]]) -> SftpPath:
    """Try it; what stood in the way, by the type of the server's answer."""
    try:
        await attempt()
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPNotADirectory):
        return SftpPath(act=act, path=path, problem="no-such-file")
    except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect):
        return SftpPath(act=act, path=path, problem="permission")
    except (*_LOST, OSError):
        return SftpPath(act=act, path=path, problem="lost")
    except asyncssh.SFTPError:
        return SftpPath(act=act, path=path, problem="failure")
    return SftpPath(act=act, path=path)
