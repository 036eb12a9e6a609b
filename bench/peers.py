"""All peers by the name that `--peers` knows."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from bench import ssh, tools
from bench.forwarders import FORWARDERS, forwarder
from bench.nouns import Subject
from bench.processes import NotStarted

PEERS = (*ssh.PEERS, *FORWARDERS)
DEFAULT = ("ssh", "ssh-nodelay")
ALL = ("ssh", "ssh-nodelay", *FORWARDERS)
"""What `--peers all` means: another cipher of ssh is no other peer."""


def title(name: str) -> str:
    """What tables call that peer."""
    return ssh.PEERS[name].title if name in ssh.PEERS else FORWARDERS[name].title


def peer(name: str, folder: Path, backend: Subject) -> AbstractContextManager[Subject]:
    """That peer in front of the backend, while the block runs. Raises `NotStarted`, here or at its beginning."""
    if name in FORWARDERS:
        return forwarder(folder, backend, FORWARDERS[name])
    found = tools.ssh()
    if found is None:
        raise NotStarted("OpenSSH is missing (Debian packages openssh-server, openssh-client)")
    return ssh.remote_forward(found, folder, backend, ssh.PEERS[name])
