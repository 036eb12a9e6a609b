"""SSH servers that behave badly, and what is never done: a secret to an unknown server, a second try."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from socket import create_connection, socket

import asyncssh
import pytest

from landbridge.checks.diallers import DirectDialler
from landbridge.checks.evidence import Effect, Evidence, Target, restored, stored
from landbridge.checks.observations import KnownHosts, SftpPath, SshHostKey, SshLogin, SshServer
from landbridge.checks.plan import observe
from landbridge.checks.plans import PLANS
from landbridge.checks.probe import HARMLESS, Logon, Scene
from landbridge.checks.probes.ssh_keys import one_for_each_kind
from landbridge.checks.report import report
from landbridge.checks.terms import SshTerms
from landbridge.lab.scenarios.ssh_stage import line
from landbridge.lab.servers.blocking import Serve, listening
from landbridge.lab.servers.ssh import PASSWORD, USER, SshSetup, host_key, ssh_server
from landbridge.model.secret import Secret
from landbridge.net.clock import system_clock

pytestmark = pytest.mark.anyio


def scene(port: int, terms: SshTerms | None = None, logon: Logon | None = None, path: str = "") -> Scene:
    target = Target(
        protocol="sftp" if path else "ssh", host="localhost", port=port, path=path, user=logon.user if logon else ""
    )
    return Scene(
        target=target,
        dialler=DirectDialler(),
        clock=system_clock,
        logon=logon or Logon(),
        ssh=terms or SshTerms(),
        seconds=2.0,
        allowed=HARMLESS | {Effect.INTRUSIVE} if logon else HARMLESS,
    )


async def seen(given: Scene) -> Evidence:
    began = time.perf_counter()
    evidence = await observe(given, PLANS[given.target.protocol].probes)
    assert time.perf_counter() - began < 12
    assert restored(stored(evidence)) == evidence
    return evidence


def causes(evidence: Evidence) -> list[str]:
    return [one.cause for one in report(evidence).findings]


def chattering(connection: socket) -> None:
    while True:
        connection.sendall(b"a line that is no identification\r\n" * 100)


def huge_packet(connection: socket) -> None:
    connection.sendall(b"SSH-2.0-lab\r\n\xff\xff\xff\xff")
    while True:
        connection.sendall(b"\x00" * 65_536)


def greeting_without_end(connection: socket) -> None:
    while True:
        connection.sendall(b"SSH-2.0-" + b"x" * 65_536)


def other_packet(connection: socket) -> None:
    connection.sendall(b"SSH-2.0-lab\r\n\x00\x00\x00\x0c\x0a\x01" + bytes(10))
    connection.recv(1000)


def old(connection: socket) -> None:
    connection.sendall(b"SSH-1.5-lab\r\n")
    connection.recv(1000)


def half(connection: socket) -> None:
    connection.sendall(b"SSH-2.0-lab\r\n\x00\x00\x02\x00")
    while connection.recv(1000):
        pass


def binary(connection: socket) -> None:
    connection.sendall(bytes(range(256)))
    while connection.recv(1000):
        pass


@pytest.mark.parametrize(
    ("serve", "problem", "cause"),
    [
        (chattering, "not-ssh", "not-ssh"),
        (greeting_without_end, "not-ssh", "not-ssh"),
        (binary, "not-ssh", "not-ssh"),
        (huge_packet, "garbage", "not-ssh"),
        (other_packet, "garbage", "not-ssh"),
        (half, "silent", ""),
        (old, "old-protocol", "algorithms"),
    ],
)
async def test_bad_servers_have_a_name(serve: Serve, problem: str, cause: str) -> None:
    with listening(serve) as port:
        evidence = await seen(scene(port))
    server = evidence.first(SshServer)
    assert server is not None
    assert server.problem == problem
    assert len(server.first_bytes) <= 255
    assert causes(evidence) == ([cause] if cause else [])


@pytest.mark.parametrize("then", ["silence", "end"])
async def test_a_server_that_stops_in_the_key_exchange_has_a_name(then: str) -> None:
    """It sends its greeting and its lists, as a real one made them, and no more."""
    async with ssh_server(SshSetup((host_key(),))) as behind:
        with create_connection(("127.0.0.1", behind)) as real:
            real.sendall(b"SSH-2.0-lab\r\n")
            greeting = await asyncio.to_thread(real.recv, 65_536)
            while len(greeting) < 500:
                greeting += await asyncio.to_thread(real.recv, 65_536)

    def stopping(connection: socket) -> None:
        connection.sendall(greeting)
        while connection.recv(65_536) and then == "silence":
            pass

    with listening(stopping) as port:
        evidence = await seen(scene(port))
    assert [fact.problem for fact in evidence.all(SshHostKey)] == ["timeout" if then == "silence" else "closed"]
    assert causes(evidence) == ["closed-early"]


async def test_every_kind_of_key_is_shown() -> None:
    keys = (host_key("ssh-ed25519"), host_key("ssh-rsa"), host_key("ecdsa-sha2-nistp256"))
    async with ssh_server(SshSetup(keys)) as port:
        evidence = await seen(scene(port))
    found = {(fact.kind, fact.fingerprint) for fact in evidence.all(SshHostKey)}
    assert found == {(key.get_algorithm(), key.get_fingerprint()) for key in keys}


def test_one_key_is_asked_for_once() -> None:
    rsa = ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa", "ssh-rsa-sha256@ssh.com")
    offered = (*rsa, "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com")
    assert one_for_each_kind(offered) == ("rsa-sha2-512", "ssh-ed25519")


async def test_names_of_other_hosts_stay_out_of_the_evidence() -> None:
    key = host_key()
    async with ssh_server(SshSetup((key,))) as port:
        known = "\n".join((line(host_key(), "secret.example.test"), line(key, f"[localhost]:{port}")))
        evidence = await seen(scene(port, SshTerms(known_hosts=known, source="a list")))
    fact = evidence.first(KnownHosts)
    assert fact is not None
    assert (fact.lines, len(fact.entries)) == (2, 1)
    assert b"secret.example.test" not in stored(evidence)


async def test_without_a_list_the_keys_are_shown_and_not_judged() -> None:
    async with ssh_server(SshSetup((host_key(),))) as port:
        found = report(await seen(scene(port)))
    assert found.findings == ()
    assert "--known-hosts" in found.notes[0]


LOGON = Logon(user=USER, password=Secret("a wrong secret word"))


@pytest.mark.parametrize("known", [None, "", "other"])
async def test_no_secret_goes_to_a_server_that_is_not_known(known: str | None) -> None:
    passwords: list[str] = []
    async with ssh_server(SshSetup((host_key(),), password=PASSWORD, heard=passwords)) as port:
        text = line(host_key(), f"[localhost]:{port}") if known else known
        evidence = await seen(scene(port, SshTerms(known_hosts=text, source="a list"), LOGON))
    step = evidence.step("login")
    assert step is not None
    assert "known" in step.skipped
    assert passwords == []


async def test_a_wrong_password_is_tried_once_and_kept_secret() -> None:
    key, passwords = host_key(), list[str]()
    async with ssh_server(SshSetup((key,), password=PASSWORD, heard=passwords)) as port:
        terms = SshTerms(known_hosts=line(key, f"[localhost]:{port}"), source="a list")
        evidence = await seen(scene(port, terms, LOGON))
    assert passwords == ["a wrong secret word"]
    assert b"a wrong secret word" not in stored(evidence)
    assert causes(evidence) == ["auth-password"]


async def test_the_key_stays_out_of_the_evidence() -> None:
    key, ours = host_key(), host_key()
    async with ssh_server(SshSetup((key,), key=ours.export_public_key().decode())) as port:
        private = ours.export_private_key("pkcs8-pem", passphrase="open sesame").decode()
        terms = SshTerms(
            known_hosts=line(key, f"[localhost]:{port}"),
            private_key=Secret(private),
            passphrase=Secret("open sesame"),
        )
        evidence = await seen(scene(port, terms, Logon(user=USER)))
    login = evidence.first(SshLogin)
    assert login is not None
    assert login.good
    assert login.key == ours.get_fingerprint()
    assert private.splitlines()[1].encode() not in stored(evidence)


async def test_nothing_is_written_that_was_not_asked_for(tmp_path: Path) -> None:
    key = host_key()
    (tmp_path / "in").mkdir()
    async with ssh_server(SshSetup((key,), password=PASSWORD, folder=tmp_path)) as port:
        terms = SshTerms(known_hosts=line(key, f"[localhost]:{port}"))
        reading = scene(port, terms, Logon(user=USER, password=Secret(PASSWORD)), path="in")
        looked = await seen(reading)
        written = await seen(replace(reading, ssh=replace(terms, write=True)))
    assert [fact.act for fact in looked.all(SftpPath)] == ["home", "look", "list"]
    assert [fact.act for fact in written.all(SftpPath)][3:] == ["create", "rename", "remove"]
    assert list((tmp_path / "in").iterdir()) == []


async def test_a_real_openssh_key_line_is_what_is_shown() -> None:
    key = host_key()
    async with ssh_server(SshSetup((key,))) as port:
        evidence = await seen(scene(port, SshTerms(known_hosts="", source="an empty list")))
    (finding,) = report(evidence).findings
    added = next(one for one in finding.evidence if one.startswith("to add: ")).removeprefix("to add: ")
    shown = asyncssh.import_known_hosts(added).match("localhost", "127.0.0.1", port)[0]
    assert [one.get_fingerprint() for one in shown] == [key.get_fingerprint()]
