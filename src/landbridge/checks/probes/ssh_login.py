"""The ways of logging on to an SSH server, and one logon when somebody asks for it.

Secrets go to a server only whose key is in the list of known hosts, under its name. Our key is asked about before it
signs, so that a key the server does not know can be told from one that is not enough.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import asyncssh

from landbridge.checks import known_hosts
from landbridge.checks.evidence import Evidence
from landbridge.checks.observations import Observation, SftpPath, SshHostKey, SshLogin, SshMethods
from landbridge.checks.probe import Scene
from landbridge.checks.probes.address import reachable
from landbridge.checks.probes.sftp_path import files
from landbridge.checks.probes.ssh_keys import kind_of
from landbridge.checks.ssh_algorithms import everything, modern

if TYPE_CHECKING:
    from asyncssh import SSHClientConnection, SSHKey

    from landbridge.checks.observations.ssh import Algorithms


async def methods(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    """What the server names for the user, before anything was tried."""
    user = scene.target.user
    try:
        async with asyncio.timeout(scene.seconds):
            connection = await scene.dialler.open(reachable(evidence), scene.target.port, scene.seconds)
            found = await asyncssh.get_server_auth_methods(
                username=user, sock=connection, config=None, options=_options(scene)
            )
    except TimeoutError:
        return [SshMethods(user=user, problem="timeout")]
    except (asyncssh.Error, OSError) as error:
        return [SshMethods(user=user, problem=_problem(error))]
    return [SshMethods(user=user, methods=tuple(found))]


def _options(scene: Scene, **more: object) -> asyncssh.SSHClientConnectionOptions:
    """Nothing of this machine: no configuration, no agent, no default keys, no list of known hosts."""
    able = _able(scene)
    return asyncssh.SSHClientConnectionOptions(
        config=None,
        agent_path=None,
        known_hosts=more.pop("known_hosts", None),
        kex_algs=able.kex,
        server_host_key_algs=more.pop("server_host_key_algs", able.host_key),
        encryption_algs=able.cipher,
        mac_algs=able.mac,
        signature_algs=able.host_key,
        **more,
    )


def _problem(error: Exception) -> str:
    """The kind of failure, by its type."""
    if isinstance(error, asyncssh.PermissionDenied):
        return "denied"
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return "host-key"
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return "no-agreement"
    return "closed" if isinstance(error, asyncssh.ConnectionLost | OSError) else "garbage"


async def login(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    """One logon; for SFTP also the directory, in the same session, because each logon may count."""
    attempt = _Attempt(scene)
    try:
        async with asyncio.timeout(scene.seconds):
            connection = await _connected(scene, evidence, attempt)
    except TimeoutError:
        return [attempt.ended("timeout")]
    except (asyncssh.Error, OSError) as error:
        return [attempt.ended(_problem(error))]
    if scene.target.protocol != "sftp":
        connection.abort()
        return [attempt.ended("")]
    return [attempt.ended(""), *await _looked(connection, scene)]


async def _looked(connection: SSHClientConnection, scene: Scene) -> Sequence[Observation]:
    """The files. The session is cut before anything is given up: the library would wait for the server even then."""
    looking = asyncio.ensure_future(files(connection, scene))
    try:
        async with asyncio.timeout(scene.seconds):
            return await asyncio.shield(looking)
    except TimeoutError:
        return [SftpPath(act="look", path=scene.target.path or ".", problem="timeout")]
    finally:
        connection.abort()
        await asyncio.wait({looking})


async def _connected(scene: Scene, evidence: Evidence, attempt: _Attempt) -> SSHClientConnection:
    connection = await scene.dialler.open(reachable(evidence), scene.target.port, scene.seconds)
    known = _trusted(scene, evidence)
    trusted = [asyncssh.import_public_key(f"{one.kind} {one.public}") for one in known]
    options = _options(
        scene,
        known_hosts=(trusted, [], []),
        server_host_key_algs=_for_kinds(scene, {one.kind for one in known}),
        username=scene.target.user,
        client_keys=[],
    )
    return await asyncssh.connect(sock=connection, client_factory=lambda: attempt, config=None, options=options)


def _trusted(scene: Scene, evidence: Evidence) -> list[SshHostKey]:
    """The keys that were shown and stand in the list under the name of the target."""
    name = known_hosts.looked_up(scene.target.host, scene.target.port)
    lines, _ = known_hosts.read(scene.ssh.known_hosts or "")
    meant = [line for line in lines if line.is_for(name)]
    revoked = {line.fingerprint for line in meant if line.marker == "revoked"}
    known = {line.fingerprint for line in meant if not line.marker} - revoked
    return [one for one in evidence.all(SshHostKey) if one.fingerprint in known]


def _for_kinds(scene: Scene, kinds: set[str]) -> list[str]:
    """Algorithms that let the server show a key of these kinds: of several keys it is to show a stored one."""
    return [name for name in _able(scene).host_key if kind_of(name) in kinds]


def _able(scene: Scene) -> Algorithms:
    """What we use."""
    return everything() if scene.ssh.deprecated else modern()


@dataclass
class _Attempt(asyncssh.SSHClient):
    """Gives what we have when the server asks for it, and writes down what it asked for."""

    scene: Scene
    events: list[str] = field(default_factory=list)
    connection: SSHClientConnection | None = None
    key: SSHKey | None = None

    def __post_init__(self) -> None:
        terms = self.scene.ssh
        if terms.private_key:
            passphrase = terms.passphrase.reveal() or None
            self.key = asyncssh.import_private_key(terms.private_key.reveal(), passphrase)

    def connection_made(self, conn: SSHClientConnection) -> None:
        self.connection = conn

    def public_key_auth_requested(self) -> asyncssh.SSHKeyPair | None:
        first = "publickey-asked" not in self.events
        self.events.append("publickey-asked")
        return _Pair(self.key, self.events) if self.key is not None and first else None

    def password_auth_requested(self) -> str | None:
        return self._password("password")

    def kbdint_auth_requested(self) -> str | None:
        return "" if self._password("keyboard") is not None else None

    def kbdint_challenge_received(self, name: str, instructions: str, lang: str, prompts: object) -> list[str] | None:
        asked = list(prompts) if isinstance(prompts, Sequence) else []
        return [self.scene.logon.password.reveal()] * len(asked) if len(asked) < 2 else None

    def _password(self, way: str) -> str | None:
        """Once in all: a second try with the same password would only count against the account."""
        sent = any(event.endswith("-sent") for event in self.events)
        self.events.append(f"{way}-asked")
        if sent or not self.scene.logon.password:
            return None
        self.events.append(f"{way}-sent")
        return self.scene.logon.password.reveal()

    def ended(self, problem: str) -> SshLogin:
        """The whole attempt."""
        given = ["publickey"] * (self.key is not None) + ["password"] * bool(self.scene.logon.password)
        kinds = self.key.sig_algorithms if self.key is not None else ()
        able = _able(self.scene)
        # The library tells nobody which signatures the server named (RFC 8308 §3.1).
        named: set[bytes] = getattr(self.connection, "_server_sig_algs", set())
        return SshLogin(
            user=self.scene.target.user,
            given=tuple(given),
            events=tuple(self.events),
            key=self.key.get_fingerprint() if self.key is not None else "",
            key_kind=self.key.get_algorithm() if self.key is not None else "",
            signatures=tuple(sorted(kind.decode("latin-1") for kind in named if kind)),
            ours=tuple(kind for kind in map(bytes.decode, kinds) if kind in able.host_key),
            problem=problem,
        )


class _Pair(asyncssh.public_key.SSHLocalKeyPair):
    """Our key, which writes down that the server asked it to sign: then the server knows it."""

    def __init__(self, key: SSHKey, events: list[str]) -> None:
        super().__init__(key, None, None, None)
        self._events = events

    def sign(self, data: bytes) -> bytes:
        """Called once the server said that it would take this key."""
        self._events.append("key-taken")
        return super().sign(data)
