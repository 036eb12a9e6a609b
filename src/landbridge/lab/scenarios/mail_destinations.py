"""Destinations of the type MAIL on the Internet: what their clients meet at the mail server (rows 3, 12, 13 and 15)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from types import MappingProxyType

from landbridge.lab.pki import leaf, root
from landbridge.lab.scenario import HEALTHY, Scenario, Stage, Staged
from landbridge.lab.scenarios.mail_stage import Trusted, trusted
from landbridge.lab.scenarios.world_stage import NAME, Story, check, stage
from landbridge.lab.servers import mailbox
from landbridge.lab.servers.blocking import Serve, listening
from landbridge.lab.servers.deaf import closed_port
from landbridge.lab.servers.mail import PASSWORD, USER, SendersOf, SmtpHabits, smtp
from landbridge.model.destination import Destination

MAIL, NETWORK, LOGON = "outbound.smtp-port", "inbound.icm-connection-failed", "outbound.http-401"
ALLOWED = {"check_targets": ("127.0.0.0/8",)}
LOGIN = ("--login",)

Port = AbstractAsyncContextManager[int]
Server = Callable[[Trusted], Port]


def mails(port: int, protocol: str = "smtp", more: Mapping[str, str] = MappingProxyType({})) -> Destination:
    """A destination for a mail server of this machine; `more` are properties, those of the protocol by their end."""
    usual = {
        "Name": NAME,
        "Type": "MAIL",
        "ProxyType": "Internet",
        "Authentication": "BasicAuthentication",
        "mail.user": USER,
        "mail.password": PASSWORD,
        "mail.transport.protocol": protocol,
        f"mail.{protocol}.host": "localhost",
        f"mail.{protocol}.port": str(port),
    }
    own = {(name if name.startswith("mail.") else f"mail.{protocol}.{name}"): value for name, value in more.items()}
    return Destination({**usual, **own})


def mail_server(make: Callable[[Trusted], SmtpHabits]) -> Server:
    """A mail server (SMTP)."""
    return lambda secured: smtp(make(secured))


def blocking(make: Callable[[Trusted], Serve]) -> Server:
    """A server in threads."""

    @asynccontextmanager
    async def served(secured: Trusted) -> AsyncIterator[int]:
        with listening(make(secured)) as port:
            yield port

    return served


@asynccontextmanager
async def _nobody(secured: Trusted) -> AsyncIterator[int]:
    with closed_port() as port:
        yield port


def _stage(
    text: str,
    server: Server,
    protocol: str = "smtp",
    *options: str,
    foreign: bool = False,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Stage:
    """A destination for that server; `options` of the check."""

    def staged(folder: Path) -> AbstractAsyncContextManager[Staged]:
        return _staged(folder)

    @asynccontextmanager
    async def _staged(folder: Path) -> AsyncIterator[Staged]:
        secured = trusted(folder, leaf(root("Another Root")) if foreign else None)
        async with server(secured) as port:
            story = Story(
                text,
                mails(port, protocol, more),
                connector=False,
                settings=ALLOWED,
                command=check(*secured.options, "--timeout", "4", *options),
            )
            async with stage(story)(folder) as ready:
                yield ready

    return staged


_STARTTLS = mail_server(lambda secured: SmtpHabits(secured.context, demanding=True))
_PLAIN = mail_server(lambda secured: SmtpHabits())
_IMPLICIT = mail_server(lambda secured: SmtpHabits(secured.context, implicit=True))
_STRICT = mail_server(lambda secured: SmtpHabits(secured.context, handler=SendersOf("example.test")))
_TOKENS = mail_server(lambda secured: SmtpHabits(secured.context, excluded=("PLAIN", "LOGIN")))
_IMAP = blocking(lambda secured: mailbox.imap(mailbox.Habits(secured.context)))
_IMAPS = blocking(lambda secured: mailbox.imap(mailbox.Habits(secured.context, implicit=True)))
_POP3 = blocking(lambda secured: mailbox.pop3(mailbox.Habits(secured.context)))
_POP3_PLAIN = blocking(lambda secured: mailbox.pop3(mailbox.Habits(mechanisms=("LOGIN",))))
_WRONG = {"mail.password": "not-it"}
_REQUIRED = {"starttls.required": "true"}
_SSL = {"ssl.enable": "true"}

FAILING = (
    Scenario(MAIL, "auth", _stage("The password is wrong.", _STARTTLS, "smtp", *LOGIN, more=_WRONG), "destination"),
    Scenario(MAIL, "auth-mech", _stage("It takes no passwords.", _TOKENS, "smtp", *LOGIN), "destination"),
    Scenario(
        MAIL,
        "protection-mismatch",
        _stage("STARTTLS is demanded and not offered.", _PLAIN, more=_REQUIRED),
        "destination-no-starttls",
    ),
    Scenario(
        MAIL,
        "protection-mismatch",
        _stage("TLS is begun where plain text is spoken.", _STARTTLS, more=_SSL),
        "destination-tls",
    ),
    Scenario(
        MAIL,
        "protection-mismatch",
        _stage("Plain text is begun where TLS is spoken.", _IMAPS, "imap4"),
        "destination-imap",
    ),
    Scenario(
        MAIL,
        "protection-mismatch",
        _stage("STLS is demanded and not offered.", _POP3_PLAIN, "pop3", more=_REQUIRED),
        "destination-pop3",
    ),
    Scenario(MAIL, "tls-trust", _stage("An unknown authority.", _STARTTLS, foreign=True), "destination"),
    Scenario(MAIL, "wrong-protocol", _stage("A mailbox answers.", _IMAP), "destination"),
    Scenario(MAIL, "wrong-protocol", _stage("Mail is taken there, not kept.", _STARTTLS, "pop3"), "destination-pop3"),
    Scenario(
        MAIL,
        "sender-or-relay",
        _stage("It does not take the sender.", _STRICT, "smtp", *LOGIN, more={"from": "shop@elsewhere.test"}),
        "destination",
    ),
    Scenario(NETWORK, "refused", _stage("Nothing listens there.", _nobody), "mail-destination"),
    Scenario(NETWORK, "refused", _stage("Nothing listens there.", _nobody, "imap4"), "mailbox-destination"),
    Scenario(
        LOGON,
        "bad-credentials",
        _stage("The password is wrong.", _IMAP, "imap4", *LOGIN, more=_WRONG),
        "mail-destination",
    ),
)
HEALTHY_ONES = (
    Scenario(HEALTHY, "mail", _stage("It is talked to, and no more.", _STARTTLS, more=_REQUIRED), "internet"),
    Scenario(HEALTHY, "mail", _stage("The logon is right.", _STARTTLS, "smtp", *LOGIN), "internet-logon"),
    Scenario(HEALTHY, "mail", _stage("TLS, and a logon.", _IMPLICIT, "smtp", *LOGIN, more=_SSL), "internet-tls"),
    Scenario(
        HEALTHY,
        "mail",
        _stage("Logon and sender are right.", _STRICT, "smtp", *LOGIN, more={"from": "shop@example.test"}),
        "internet-sender",
    ),
    Scenario(HEALTHY, "mail", _stage("A mailbox.", _IMAP, "imap4", *LOGIN), "internet-imap"),
    Scenario(HEALTHY, "mail", _stage("A mailbox.", _POP3, "pop3", *LOGIN), "internet-pop3"),
)
SCENARIOS = (*FAILING, *HEALTHY_ONES)
