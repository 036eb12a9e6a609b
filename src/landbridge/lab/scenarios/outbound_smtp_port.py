"""outbound.smtp-port: mail cannot be handed over (failure-catalogue, row 15)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from socket import socket

from landbridge.lab.pki import leaf, root
from landbridge.lab.scenario import Scenario, Stage, Staged
from landbridge.lab.scenarios.mail_stage import TIMEOUT, login, stage, trusted
from landbridge.lab.servers.blocking import listening
from landbridge.lab.servers.deaf import full_port
from landbridge.lab.servers.mail import OwnMechanism, SendersOf, SmtpHabits, smtp

FAILURE = "outbound.smtp-port"
ALONE = "127.0.0.25"
"""An address of loopback at which nothing listens on port 25."""

Made = tuple[SmtpHabits, tuple[str, ...]]


def _untrusted(folder: Path) -> Made:
    secured = trusted(folder, pair=leaf(root("Another Root")))
    return SmtpHabits(secured.context), secured.options


def _expired(folder: Path) -> Made:
    top = root("Lab Root")
    secured = trusted(folder, leaf(top, days=10, age=30), top)
    return SmtpHabits(secured.context, implicit=True), secured.options


def _wrong_password(folder: Path) -> Made:
    secured = trusted(folder)
    return SmtpHabits(secured.context), (*secured.options, *login(folder, password="not-it"))


def _wrong_password_by_login(folder: Path) -> Made:
    secured = trusted(folder)
    habits = SmtpHabits(secured.context, implicit=True, excluded=("PLAIN",))
    return habits, (*secured.options, *login(folder, password="not-it"))


def _tokens_only(folder: Path) -> Made:
    secured = trusted(folder)
    habits = SmtpHabits(secured.context, excluded=("PLAIN", "LOGIN"), handler=OwnMechanism())
    return habits, (*secured.options, *login(folder))


def _no_challenge(folder: Path) -> Made:
    secured = trusted(folder)
    return SmtpHabits(secured.context), (*secured.options, *login(folder), "--mechanism", "encrypted")


def _sender(folder: Path) -> Made:
    secured = trusted(folder)
    addresses = ("--from", "shop@elsewhere.test", "--to", "someone@example.test")
    return SmtpHabits(secured.context, handler=SendersOf("example.test")), (*secured.options, *addresses)


def _relay(folder: Path) -> Made:
    secured = trusted(folder)
    addresses = ("--from", "shop@example.test", "--to", "someone@elsewhere.test")
    return SmtpHabits(secured.context, handler=SendersOf("example.test")), (*secured.options, *addresses)


def _tls_on_plain(folder: Path) -> Made:
    secured = trusted(folder)
    return SmtpHabits(secured.context), secured.options


def _plain_on_tls(folder: Path) -> Made:
    secured = trusted(folder)
    return SmtpHabits(secured.context, implicit=True), (*secured.options, "--protection", "starttls")


def _no_starttls(folder: Path) -> Made:
    return SmtpHabits(), ("--protection", "starttls")


def _starttls_demanded(folder: Path) -> Made:
    secured = trusted(folder)
    return SmtpHabits(secured.context, demanding=True), ("--protection", "off", "--from", "shop@example.test")


def _greeting(said: bytes, story: str) -> Stage:
    @asynccontextmanager
    async def staged(folder: Path) -> AsyncIterator[Staged]:
        def serve(connection: socket) -> None:
            connection.sendall(said)

        with listening(serve) as port:
            yield Staged(("probe", "smtp", f"localhost:{port}", "--beside", str(port), *TIMEOUT), story)

    return staged


@asynccontextmanager
async def _blocked(folder: Path) -> AsyncIterator[Staged]:
    with full_port() as blocked:
        async with smtp(SmtpHabits()) as port:
            command = ("probe", "smtp", f"localhost:{blocked}", "--beside", str(port), "--timeout", "1")
            yield Staged(command, "The port that is called swallows everything; the next one takes mail.")


@asynccontextmanager
async def _no_port(folder: Path) -> AsyncIterator[Staged]:
    async with smtp(SmtpHabits(host=ALONE)) as port:
        yield Staged(
            ("probe", "smtp", ALONE, "--beside", str(port), *TIMEOUT),
            "No port is named, so 25 is called; mail is taken at another one.",
        )


@asynccontextmanager
async def _unknown_name(folder: Path) -> AsyncIterator[Staged]:
    yield Staged(("probe", "smtp", "mail.invalid:587", *TIMEOUT), "The mail server's name does not exist.")


SCENARIOS = (
    Scenario(FAILURE, "dns", _unknown_name),
    Scenario(FAILURE, "no-port-given", _no_port),
    Scenario(FAILURE, "port-25-blocked", _blocked),
    Scenario(FAILURE, "ip-not-allowed", _greeting(b"554 5.7.1 we do not know you\r\n", "The greeting is a refusal.")),
    Scenario(FAILURE, "ip-not-allowed", _greeting(b"", "It closes what it took, without a word."), "closed"),
    Scenario(
        FAILURE,
        "protection-mismatch",
        stage("TLS is begun where plain text is spoken.", _tls_on_plain, "smtps"),
        "tls-on-plain",
    ),
    Scenario(
        FAILURE,
        "protection-mismatch",
        stage("Plain text is begun where TLS is spoken.", _plain_on_tls),
        "plain-on-tls",
    ),
    Scenario(FAILURE, "protection-mismatch", stage("STARTTLS is wanted and not offered.", _no_starttls), "no-starttls"),
    Scenario(
        FAILURE, "protection-mismatch", stage("STARTTLS is demanded and not wanted.", _starttls_demanded), "demanded"
    ),
    Scenario(FAILURE, "tls-trust", stage("After STARTTLS an unknown authority shows up.", _untrusted), "root"),
    Scenario(FAILURE, "tls-trust", stage("The certificate ended some days ago.", _expired, "smtps"), "expired"),
    Scenario(FAILURE, "auth", stage("The password is wrong.", _wrong_password)),
    Scenario(FAILURE, "auth", stage("The password is wrong, by LOGIN.", _wrong_password_by_login, "smtps"), "login"),
    Scenario(FAILURE, "auth-mech", stage("Tokens are taken, passwords are not.", _tokens_only), "tokens"),
    Scenario(FAILURE, "auth-mech", stage("No challenge is offered.", _no_challenge), "encrypted"),
    Scenario(FAILURE, "sender-or-relay", stage("The sender is a stranger's.", _sender), "sender"),
    Scenario(FAILURE, "sender-or-relay", stage("The recipient is a stranger's.", _relay), "relay"),
)
