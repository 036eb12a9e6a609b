"""The foreign programs that the benchmark needs, and where they come from."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
"""sshd is not on the path of an ordinary user."""


@dataclass(frozen=True, slots=True)
class SshTools:
    """Paths of OpenSSH's programs."""

    sshd: str
    ssh: str
    keygen: str


def wrk() -> str | None:
    """Path of wrk (Debian package `wrk`)."""
    return shutil.which("wrk", path=_PATH)


def ssh() -> SshTools | None:
    """OpenSSH (Debian packages `openssh-server` and `openssh-client`); None when a part is missing."""
    sshd, client, keygen = (shutil.which(name, path=_PATH) for name in ("sshd", "ssh", "ssh-keygen"))
    if sshd and client and keygen:
        return SshTools(sshd, client, keygen)
    return None


def py_spy() -> str | None:
    """Path of py-spy (`pip install py-spy`), for `--profile`."""
    return shutil.which("py-spy", path=_PATH)
