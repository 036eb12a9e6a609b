"""SSH: what a server offers, its keys, what is stored of them, and how a logon went."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from landbridge.checks.observations.fact import Fact


class Algorithms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one side can do, by the four things that both must agree on (RFC 4253 §7.1)."""

    kex: tuple[str, ...] = ()
    host_key: tuple[str, ...] = ()
    cipher: tuple[str, ...] = ()
    mac: tuple[str, ...] = ()


class SshServer(Fact, frozen=True, tag="ssh-server"):
    """How an SSH server begins.

    problem      "" · "silent" · "closed" · "reset" · "not-ssh" · "old-protocol" · "garbage"
    banner       its identification line
    first_bytes  what came instead of it, as text
    speaks_tls   whether it closed a connection that began with SSH, and took one that began with TLS
    offer        what it can do; `ours` is what we would use, `deprecated` what we could be made to use besides
    attempts     connections that ended so
    """

    problem: str = ""
    banner: str = ""
    first_bytes: str = ""
    speaks_tls: bool = False
    offer: Algorithms = Algorithms()
    ours: Algorithms = Algorithms()
    deprecated: Algorithms = Algorithms()
    attempts: int = 1

    @property
    def good(self) -> bool:
        return not self.problem

    @property
    def line(self) -> str:
        if self.problem == "not-ssh":
            return "no SSH: the server speaks TLS" if self.speaks_tls else f"no SSH: it says {self.first_bytes!r}"
        if self.problem:
            return {
                "silent": "the server says nothing",
                "closed": "the server closes the connection at once",
                "reset": "the server resets the connection at once",
                "old-protocol": f"the server speaks an old protocol only: {self.banner}",
            }.get(self.problem, f"the server says {self.banner} and then nothing that can be read")
        return f"{self.banner}, host keys {', '.join(self.offer.host_key)}"

    @property
    def lasting(self) -> Mapping[str, str]:
        return {"greeting": self.banner} if self.banner else {}


class SshHostKey(Fact, frozen=True, tag="ssh-host-key"):
    """The server's key of one kind, taken without judging it.

    algorithm  that was asked for; `kind` is the kind of the key itself
    public     the key as it stands in a list of known hosts
    problem    "" · "closed" · "no-agreement" · "timeout" · "garbage"
    """

    algorithm: str
    kind: str = ""
    fingerprint: str = ""
    public: str = ""
    problem: str = ""

    @property
    def good(self) -> bool:
        return not self.problem

    @property
    def line(self) -> str:
        if self.problem:
            return f"{self.algorithm}: no key ({self.problem})"
        return f"{self.kind} {self.fingerprint}"

    @property
    def lasting(self) -> Mapping[str, str]:
        return {f"host key {self.kind}": self.fingerprint} if self.good else {}


class KnownEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of a list of known hosts that has to do with the target.

    form    "exact": the name that is looked up · "without-port" · "other-port" · "other-name": only the key is the same
    names   as they stand there; `marker` is "revoked" or "cert-authority"
    """

    line: int
    form: str
    names: str
    kind: str
    fingerprint: str
    marker: str = ""


class KnownHosts(Fact, frozen=True, tag="known-hosts"):
    """What a list of known hosts says about the target.

    name     that is looked up: `host`, or `[host]:port` when the port is not 22
    lines    entries of the whole list; `unreadable` are the numbers of lines that are none
    """

    source: str
    name: str
    entries: tuple[KnownEntry, ...] = ()
    lines: int = 0
    unreadable: tuple[int, ...] = ()

    @property
    def line(self) -> str:
        exact = sum(entry.form == "exact" for entry in self.entries)
        return f"{self.source} has {self.lines} entries, {exact} of them for {self.name}"


class SshMethods(Fact, frozen=True, tag="ssh-methods"):
    """The ways of logging on that the server names for a user, before anything was tried."""

    user: str
    methods: tuple[str, ...] = ()
    problem: str = ""

    @property
    def good(self) -> bool:
        return not self.problem

    @property
    def line(self) -> str:
        if self.problem:
            return f"the server does not name its methods ({self.problem})"
        return f"{self.user} may log on by {', '.join(self.methods) or 'nothing at all'}"


class SshLogin(Fact, frozen=True, tag="ssh-login"):
    """One logon.

    given           "password", "publickey": what we had
    events          in order: "publickey-asked", "key-taken" (the server knows it), "password-asked", "password-sent"
    key             fingerprint of our key; `key_kind` its kind
    signatures      kinds of signatures that the server takes, as far as it says; `ours` are those of our key
    problem         "" · "denied" · "closed" · "timeout" · "host-key" · "garbage"
    """

    user: str
    given: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    key: str = ""
    key_kind: str = ""
    signatures: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    problem: str = ""

    @property
    def good(self) -> bool:
        return not self.problem

    @property
    def line(self) -> str:
        how = " and ".join(self.given)
        return f"{self.user} is logged on" if self.good else f"{self.user} with {how}: {self.problem}"


class SftpPath(Fact, frozen=True, tag="sftp-path"):
    """What the server says about one directory, or one thing done in it.

    act      "home", "look", "list", "create", "rename", "remove"
    problem  "" · "no-such-file" · "permission" · "no-sftp" · "lost": the session ended · "timeout" · "failure"
    """

    act: str
    path: str
    problem: str = ""
    entries: int = -1

    @property
    def good(self) -> bool:
        return not self.problem

    @property
    def line(self) -> str:
        count = f", {self.entries} entries" if self.entries >= 0 else ""
        return f"{self.act} {self.path}: {self.problem or 'done'}{count}"
