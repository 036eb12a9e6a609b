"""Mail servers and directories that behave badly: the step fails, says how, and comes to its end."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from socket import socket

import msgspec
import pytest

from landbridge.checks.conversation import Conversation, Protection
from landbridge.checks.diallers import DirectDialler
from landbridge.checks.evidence import Effect, Evidence, Target, restored, stored
from landbridge.checks.observations import LogonTried, Offered, SecretKept, TalkEnded, TlsHandshake
from landbridge.checks.plan import observe
from landbridge.checks.plans import PLANS
from landbridge.checks.probe import Logon, Scene, Trust
from landbridge.checks.report import report
from landbridge.lab.pki import leaf, root
from landbridge.lab.servers import directory, mailbox
from landbridge.lab.servers.blocking import Serve, listening, server_context
from landbridge.lab.servers.mail import PASSWORD, USER
from landbridge.model.secret import Secret
from landbridge.net.clock import system_clock

pytestmark = pytest.mark.anyio
ALL = ("smtp", "imap", "pop3", "ldap")
EVERYTHING = frozenset(Effect)


async def seen(
    protocol: str,
    serve: Serve,
    *,
    protection: Protection = Protection.OPTIONAL,
    logon: Logon | None = None,
    trust: Trust | None = None,
    seconds: float = 2.0,
) -> Evidence:
    with listening(serve) as port:
        target = Target(
            protocol=protocol, host="localhost", port=port, conversation=Conversation(protection=protection)
        )
        scene = Scene(
            target=target,
            dialler=DirectDialler(),
            clock=system_clock,
            logon=logon or Logon(),
            trust=trust or Trust(),
            seconds=seconds,
            allowed=EVERYTHING,
        )
        return await observe(scene, PLANS[protocol].probes)


def ended(evidence: Evidence) -> tuple[str, str]:
    fact = evidence.first(TalkEnded)
    assert fact is not None
    step = evidence.step("dialog")
    assert step is not None
    assert not step.passed
    assert not report(evidence).healthy
    assert restored(stored(evidence)) == evidence
    return fact.stage, fact.problem


def says(data: bytes) -> Serve:
    def serve(connection: socket) -> None:
        connection.sendall(data)
        while connection.recv(65_536):
            pass

    return serve


def streams(piece: bytes) -> Serve:
    def serve(connection: socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(piece)

    return serve


def hangs_up(connection: socket) -> None:
    pass


def waits(connection: socket) -> None:
    while connection.recv(65_536):
        pass


@pytest.mark.parametrize("protocol", ALL)
async def test_a_server_that_hangs_up(protocol: str) -> None:
    assert ended(await seen(protocol, hangs_up))[1] in ("closed", "reset")


@pytest.mark.parametrize("protocol", ALL)
async def test_a_server_that_says_nothing(protocol: str) -> None:
    began = time.monotonic()
    assert ended(await seen(protocol, waits, seconds=0.4))[1] == "silent"
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("protocol", ALL)
@pytest.mark.parametrize("said", [b"\x00\xff\xfe\r\n" * 3, b"HTTP/1.1 400 Bad Request\r\n\r\n", b"99 what\r\n"])
async def test_a_server_of_another_kind(protocol: str, said: bytes) -> None:
    assert ended(await seen(protocol, says(said)))[1] == "garbled"


@pytest.mark.parametrize("protocol", ALL)
async def test_a_line_without_end(protocol: str) -> None:
    assert ended(await seen(protocol, streams(b"2" * 1000)))[1] == "garbled"


@pytest.mark.parametrize(
    ("protocol", "greeting", "piece"),
    [
        ("smtp", b"", b"220-and more\r\n"),
        ("imap", b"* OK\r\n", b"* CAPABILITY A B\r\n"),
        ("pop3", b"+OK\r\n+OK\r\n", b"AND MORE\r\n"),
    ],
)
async def test_lines_without_end(protocol: str, greeting: bytes, piece: bytes) -> None:
    def serve(connection: socket) -> None:
        connection.sendall(greeting)
        streams(piece)(connection)

    assert ended(await seen(protocol, serve))[1] == "endless"


@pytest.mark.parametrize("length", [b"\x84\x7f\xff\xff\xff", b"\x89" + b"\x01" * 9, b"\x80"])
async def test_a_directory_that_announces_too_much(length: bytes) -> None:
    evidence = await seen("ldap", says(b"\x30" + length + b"\x02\x01\x01"), seconds=0.5)
    assert ended(evidence)[1] == "garbled"


async def test_a_directory_that_streams_without_end() -> None:
    assert ended(await seen("ldap", streams(b"\x30\x83\x0f\x42\x3f" + b"\x00" * 65_000)))[1] == "garbled"


@pytest.mark.parametrize(
    ("protocol", "agreed"),
    [
        ("smtp", b"220 x\r\n250-x\r\n250 STARTTLS\r\n220 go\r\n250 and more\r\n"),
        ("imap", b"* OK x\r\n* CAPABILITY STARTTLS\r\na OK\r\na OK go\r\na OK and more\r\n"),
        ("pop3", b"+OK x\r\n+OK\r\nSTLS\r\n.\r\n+OK go\r\n+OK and more\r\n"),
    ],
)
async def test_nothing_that_was_slipped_in_before_tls_is_taken_for_an_answer_under_it(
    protocol: str, agreed: bytes
) -> None:
    evidence = await seen(protocol, says(agreed))
    assert ended(evidence) == ("starttls", "unsafe")
    assert evidence.first(TlsHandshake) is None


SECRETS = Logon(user=USER, password=Secret(PASSWORD))
BOUND = Logon(user=directory.USER, password=Secret(PASSWORD))


def _mailboxes(habits: mailbox.Habits) -> list[tuple[str, Serve]]:
    return [("imap", mailbox.imap(habits)), ("pop3", mailbox.pop3(habits))]


def _recorded(serve: Serve) -> tuple[Serve, list[bytes]]:
    """The server, and all that it is told in plain text."""
    told: list[bytes] = []

    class Recording:
        def __init__(self, connection: socket) -> None:
            self._connection = connection

        def recv(self, size: int) -> bytes:
            data = self._connection.recv(size)
            told.append(data)
            return data

        def __getattr__(self, name: str) -> object:
            return getattr(self._connection, name)

    return lambda connection: serve(Recording(connection)), told  # type: ignore[arg-type]


async def test_a_password_is_not_said_in_plain_text_unless_that_was_wanted() -> None:
    serve, told = _recorded(directory.directory(directory.Habits()))
    evidence = await seen("ldap", serve, logon=BOUND)
    assert evidence.first(SecretKept) is not None
    assert evidence.first(LogonTried) is None
    assert PASSWORD.encode() not in b"".join(told)
    wanted = await seen("ldap", serve, logon=BOUND, protection=Protection.OFF)
    assert wanted.first(LogonTried) == LogonTried(
        wanted=("simple",), mechanism="simple", accepted=True, code=0, text="result 0"
    )
    assert PASSWORD.encode() in b"".join(told)


@pytest.mark.parametrize("implicit", [True, False])
async def test_a_password_is_not_said_to_a_server_that_nobody_vouches_for(implicit: bool, tmp_path: Path) -> None:
    context = server_context(leaf(root("Lab Root")), tmp_path)
    protection = Protection.TLS if implicit else Protection.STARTTLS
    other = Trust("another", (root("Another Root").pem,))
    servers = _mailboxes(mailbox.Habits(context, implicit, ("PLAIN", "LOGIN")))
    servers.append(("ldap", directory.directory(directory.Habits(context, implicit))))
    for protocol, serve in servers:
        for trust in (Trust(), other):
            evidence = await seen(protocol, serve, logon=SECRETS, trust=trust, protection=protection)
            kept = evidence.first(SecretKept)
            assert kept is not None
            assert "not trusted" in kept.reason
            assert evidence.first(LogonTried) is None


async def test_a_server_that_echoes_the_password_does_not_get_it_into_the_report() -> None:
    def serve(connection: socket) -> None:
        file = connection.makefile("rb")
        connection.sendall(b"+OK\r\n")
        while line := file.readline():
            word = line.split()[0]
            answer = b"+OK\r\nUSER\r\n.\r\n" if word == b"CAPA" else b"-ERR you said " + line
            connection.sendall(b"+OK\r\n" if word == b"USER" else answer)

    evidence = await seen("pop3", serve, logon=SECRETS, protection=Protection.OFF)
    tried = evidence.first(LogonTried)
    assert tried is not None
    assert tried.text == "-ERR you said PASS ***"
    assert PASSWORD not in stored(evidence).decode()


@pytest.mark.parametrize("protocol", ["smtp", "imap", "pop3"])
async def test_control_characters_of_a_server_do_not_reach_the_terminal(protocol: str) -> None:
    greeting = {"smtp": b"220 ", "imap": b"* OK ", "pop3": b"+OK "}[protocol]
    evidence = await seen(protocol, says(greeting + b"\x1b[2Jhello\r\n"), seconds=0.3)
    assert "\x1b" not in stored(evidence).decode()


async def test_what_is_offered_is_asked_again_under_tls(tmp_path: Path) -> None:
    context = server_context(leaf(root("Lab Root")), tmp_path)
    evidence = await seen("imap", mailbox.imap(mailbox.Habits(context)))
    plain, secured = evidence.all(Offered)
    assert "STARTTLS" in plain.features
    assert not plain.secured
    assert "AUTH=PLAIN" in secured.features
    assert secured.secured


def test_targets_without_a_conversation_are_stored_as_before() -> None:
    assert b"conversation" not in msgspec.json.encode(Target(protocol="tls", host="h", port=1))
