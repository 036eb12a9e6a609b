"""outbound.sftp: what is judged from facts alone."""

from __future__ import annotations

import pytest

from landbridge.checks.diagnose import diagnose
from landbridge.checks.evidence import Effect, Evidence, Layer, Step, Target
from landbridge.checks.observations import (
    AddressTried,
    KnownHosts,
    Observation,
    SftpPath,
    SshHostKey,
    SshLogin,
    SshMethods,
    SshServer,
)
from landbridge.checks.observations.ssh import Algorithms, KnownEntry

OURS = Algorithms(("curve25519-sha256",), ("ssh-ed25519", "rsa-sha2-512"), ("aes256-ctr",), ("hmac-sha2-256",))
AEAD = "chacha20-poly1305@openssh.com"
REACHED = AddressTried(address="192.0.2.7", port=22)
SERVER = SshServer(banner="SSH-2.0-x", offer=OURS, ours=OURS, deprecated=OURS)
KEY = SshHostKey(algorithm="ssh-ed25519", kind="ssh-ed25519", fingerprint="SHA256:one", public="AAAA")


def judged(*facts: Observation, user: str = "") -> list[str]:
    target = Target(protocol="sftp", host="files.example.test", port=22, path="", user=user)
    step = Step(probe="ssh", layer=Layer.PROTOCOL, effect=Effect.HANDSHAKE, seen=facts)
    return [one.cause for one in diagnose(Evidence(target=target, at=0, steps=(step,)))]


def known(*entries: KnownEntry) -> KnownHosts:
    return KnownHosts(source="a list", name="files.example.test", entries=entries, lines=9)


def entry(form: str = "exact", kind: str = "ssh-ed25519", print_: str = "SHA256:one", marker: str = "") -> KnownEntry:
    return KnownEntry(1, form, "files.example.test", kind, print_, marker)


@pytest.mark.parametrize(
    ("entries", "causes"),
    [
        ((entry(),), []),
        ((entry(print_="SHA256:two"),), ["hostkey-changed"]),
        ((entry(print_="SHA256:two"), entry()), []),
        ((entry(), entry(marker="revoked")), ["hostkey-changed"]),
        ((entry(kind="ssh-rsa", print_="SHA256:two"),), ["hostkey-other-algorithm"]),
        ((entry("other-name"),), ["hostkey-name-form"]),
        ((entry("without-port", print_="SHA256:two"),), ["hostkey-unknown"]),
        ((entry(marker="cert-authority", print_="SHA256:ca"),), ["hostkey-unknown"]),
        ((), ["hostkey-unknown"]),
    ],
)
def test_host_keys(entries: tuple[KnownEntry, ...], causes: list[str]) -> None:
    assert judged(REACHED, SERVER, KEY, known(*entries)) == causes


@pytest.mark.parametrize(
    ("offer", "causes"),
    [
        (OURS, []),
        (Algorithms(("group1",), OURS.host_key, OURS.cipher, OURS.mac), ["algorithms"]),
        (Algorithms(OURS.kex, ("ssh-dss",), OURS.cipher, OURS.mac), ["algorithms"]),
        (Algorithms(OURS.kex, OURS.host_key, ("3des-cbc",), OURS.mac), ["algorithms"]),
        (Algorithms(OURS.kex, OURS.host_key, OURS.cipher, ("hmac-md5",)), ["algorithms"]),
        (Algorithms(), ["algorithms"]),
    ],
)
def test_algorithms(offer: Algorithms, causes: list[str]) -> None:
    assert judged(REACHED, SshServer(banner="SSH-2.0-x", offer=offer, ours=OURS, deprecated=OURS)) == causes


def test_ciphers_that_need_no_digest_agree_without_one() -> None:
    ours = Algorithms(OURS.kex, OURS.host_key, (AEAD,), OURS.mac)
    offer = Algorithms(OURS.kex, OURS.host_key, (AEAD,), ("hmac-md5",))
    assert judged(REACHED, SshServer(banner="SSH-2.0-x", offer=offer, ours=ours)) == []


def login(given: str, events: str, problem: str = "denied", **more: object) -> SshLogin:
    return SshLogin(
        user="shop",
        given=tuple(given.split()),
        events=tuple(events.split()),
        problem=problem,
        **more,  # type: ignore[arg-type]
    )


RSA = {"key": "SHA256:k", "key_kind": "ssh-rsa", "ours": ("rsa-sha2-512",)}
ED = {"key": "SHA256:k", "key_kind": "ssh-ed25519", "ours": ("ssh-ed25519",)}


@pytest.mark.parametrize(
    ("methods", "attempt", "causes"),
    [
        ("password", login("password", "password-asked password-sent", ""), []),
        ("password", login("password", "password-asked password-sent password-asked"), ["auth-password"]),
        ("keyboard-interactive", login("password", "keyboard-asked keyboard-sent"), ["auth-password"]),
        ("publickey", login("password", ""), ["auth-key"]),
        ("publickey", login("publickey", "publickey-asked publickey-asked", **ED), ["auth-key"]),
        ("publickey password", login("publickey", "publickey-asked password-asked", **ED), ["auth-key"]),
        ("password", login("publickey", "password-asked", **ED), ["auth-password"]),
        ("publickey", login("publickey", "publickey-asked key-taken password-asked", **ED), ["auth-dual"]),
        (
            "password",
            login("password", "password-asked password-sent publickey-asked"),
            ["auth-dual"],
        ),
        ("publickey", login("publickey", "publickey-asked", signatures=("ssh-rsa",), **RSA), ["key-signature"]),
        ("publickey", login("publickey", "publickey-asked", **RSA), ["key-signature"]),
        ("publickey", login("publickey", "publickey-asked", signatures=("rsa-sha2-512",), **RSA), ["auth-key"]),
        ("password", login("password", "password-asked password-sent", "closed"), ["closed-early"]),
    ],
)
def test_logons(methods: str, attempt: SshLogin, causes: list[str]) -> None:
    offered = SshMethods(user="shop", methods=tuple(methods.split()))
    assert judged(REACHED, SERVER, KEY, known(entry()), offered, attempt, user="shop") == causes


@pytest.mark.parametrize(
    ("user", "causes"),
    [("shop", []), ("a.b-c_d@e/f", []), ("shop&co", ["username-charset"]), ("größe", ["username-charset"])],
)
def test_user_names(user: str, causes: list[str]) -> None:
    assert judged(REACHED, SERVER, user=user) == causes


HOME = SftpPath(act="home", path="/")


@pytest.mark.parametrize(
    ("seen", "causes"),
    [
        ((HOME, SftpPath(act="look", path="in"), SftpPath(act="list", path="in", entries=0)), []),
        ((HOME, SftpPath(act="look", path="in", problem="no-such-file")), ["directory"]),
        ((HOME, SftpPath(act="look", path="in", problem="permission")), ["permission"]),
        ((HOME, SftpPath(act="list", path="in", problem="permission")), ["permission"]),
        (
            (HOME, SftpPath(act="list", path="in"), SftpPath(act="create", path="in/x", problem="permission")),
            ["permission"],
        ),
        (
            (HOME, SftpPath(act="create", path="x"), SftpPath(act="rename", path="x", problem="failure")),
            ["post-processing"],
        ),
        ((SftpPath(act="home", path=".", problem="no-sftp"),), ["permission"]),
        ((SftpPath(act="home", path=".", problem="lost"),), ["disconnect-mid"]),
        ((HOME, SftpPath(act="list", path=".", problem="timeout")), ["disconnect-mid"]),
    ],
)
def test_directories(seen: tuple[SftpPath, ...], causes: list[str]) -> None:
    assert judged(REACHED, SERVER, *seen) == causes
