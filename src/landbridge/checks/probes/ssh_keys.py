"""The host keys of a server, one handshake for each kind, without judging them; and what a list says about them.

The library would compare by itself and raise one error for a key that is unknown and for one that has changed. So it is
told to compare nothing, and hands out the key; comparing is for rules.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from landbridge.checks import known_hosts
from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.known_hosts import HostLine
from landbridge.checks.observations import KnownHosts, Observation, SshHostKey, SshServer
from landbridge.checks.observations.ssh import KnownEntry
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.address import reachable

if TYPE_CHECKING:
    from asyncssh import SSHKey

MOST_KINDS = 8
_RSA = ("ssh-rsa", "rsa-sha2-")
"""How the names of signatures begin for which there is one kind of key (RFC 8332 §3, and older ones of ssh.com)."""


async def _keys(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    """One after the other: many servers take few connections at a time."""
    server = evidence.first(SshServer)
    asked = one_for_each_kind(server.offer.host_key if server is not None else ())
    address = reachable(evidence)
    deadline = asyncio.get_running_loop().time() + scene.seconds
    return [await _key(scene, address, algorithm, deadline) for algorithm in asked]


def one_for_each_kind(algorithms: Sequence[str]) -> tuple[str, ...]:
    """Of algorithms that lead to the same key only the first; certificates are left out, for they hold such a key."""
    found: dict[str, str] = {}
    for algorithm in algorithms:
        if "-cert-" not in algorithm:
            found.setdefault(kind_of(algorithm), algorithm)
    return tuple(found.values())[:MOST_KINDS]


def kind_of(algorithm: str) -> str:
    """The kind of key for which an algorithm is."""
    return "ssh-rsa" if algorithm.startswith(_RSA) else algorithm


async def _key(scene: Scene, address: str, algorithm: str, deadline: float) -> SshHostKey:
    import asyncssh

    from landbridge.checks.ssh_algorithms import everything

    able = everything()
    if algorithm not in able.host_key:
        return SshHostKey(algorithm=algorithm, problem="no-agreement")
    try:
        async with asyncio.timeout_at(deadline):
            connection = await scene.dialler.open(address, scene.target.port, scene.seconds)
            options = asyncssh.SSHClientConnectionOptions(
                known_hosts=None, encryption_algs=able.cipher, mac_algs=able.mac, config=None, agent_path=None
            )
            key = await asyncssh.get_server_host_key(
                sock=connection,
                kex_algs=able.kex,
                server_host_key_algs=[algorithm],
                config=None,
                options=options,
            )
    except TimeoutError:
        return SshHostKey(algorithm=algorithm, problem="timeout")
    except asyncssh.KeyExchangeFailed:
        return SshHostKey(algorithm=algorithm, problem="no-agreement")
    except (asyncssh.ConnectionLost, ConnectionError):
        return SshHostKey(algorithm=algorithm, problem="closed")
    except asyncssh.Error:
        return SshHostKey(algorithm=algorithm, problem="garbage")
    return _seen(algorithm, key)


def _seen(algorithm: str, key: SSHKey | None) -> SshHostKey:
    if key is None:
        return SshHostKey(algorithm=algorithm, problem="garbage")
    kind, _, rest = key.export_public_key("openssh").decode().partition(" ")
    return SshHostKey(algorithm=algorithm, kind=kind, fingerprint=key.get_fingerprint(), public=rest.split()[0])


async def _known(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    """Only entries that have to do with the target: names of other hosts are nobody's business."""
    target, shown = scene.target, {fact.fingerprint for fact in evidence.all(SshHostKey)}
    name = known_hosts.looked_up(target.host, target.port)
    lines, unreadable = known_hosts.read(scene.ssh.known_hosts or "")
    entries = tuple(
        KnownEntry(line.number, form, _names(line), line.kind, line.fingerprint, line.marker)
        for line in lines
        if (form := _form(line, name, target.host, shown))
    )
    return [
        KnownHosts(source=scene.ssh.source, name=name, entries=entries, lines=len(lines), unreadable=unreadable[:20])
    ]


def _form(line: HostLine, name: str, host: str, shown: set[str]) -> str:
    """How an entry has to do with the target; empty when it has not."""
    if line.is_for(name):
        return "exact"
    if line.is_for(host):
        return "without-port"
    if f"[{host.lower()}]:" in line.names.lower():
        return "other-port"
    return "other-name" if line.fingerprint in shown else ""


def _names(line: HostLine) -> str:
    return "a hashed name" if line.names.startswith("|") else line.names[:200]


def _list_given(scene: Scene, evidence: Evidence) -> str:
    return "" if scene.ssh.known_hosts is not None else "no list of known hosts was given"


KEYS = Probe("host-keys", Layer.PROTOCOL, Effect.HANDSHAKE, _keys, after=("ssh",))
KNOWN = Probe("known-hosts", Layer.PROTOCOL, Effect.PASSIVE, _known, after=("host-keys",), ready=_list_given)
