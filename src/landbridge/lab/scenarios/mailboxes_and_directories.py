"""Mailboxes and directories: what hinders us there, under the names of rows 3, 12 and 13; and healthy ones."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from landbridge.lab.pki import Pair, leaf, root
from landbridge.lab.scenario import HEALTHY, Scenario, Stage, Staged
from landbridge.lab.scenarios.mail_stage import TIMEOUT, login, trusted
from landbridge.lab.servers import directory, mailbox
from landbridge.lab.servers.blocking import Serve, listening
from landbridge.lab.servers.deaf import closed_port, full_port
from landbridge.lab.servers.mail import PASSWORD

NETWORK, CERTIFICATE, LOGON = "inbound.icm-connection-failed", "outbound.cert-path", "outbound.http-401"

Server = Callable[[ssl.SSLContext], Serve]


def _imap(implicit: bool, *mechanisms: str) -> Server:
    return lambda context: mailbox.imap(mailbox.Habits(context, implicit, mechanisms))


def _pop3(implicit: bool, *mechanisms: str) -> Server:
    return lambda context: mailbox.pop3(mailbox.Habits(context, implicit, mechanisms))


def _ldap(implicit: bool, simple: bool = True) -> Server:
    return lambda context: directory.directory(directory.Habits(context, implicit, strict=True, simple=simple))


def _served(
    story: str,
    scheme: str,
    server: Server,
    options: Callable[[Path], tuple[str, ...]] = lambda folder: (),
    pair: Callable[[], Pair | None] = lambda: None,
) -> Stage:
    """A server with TLS as it should be, unless there is another `pair`."""

    def staged(folder: Path) -> AbstractAsyncContextManager[Staged]:
        return _at(folder, story, scheme, server, options(folder), pair())

    return staged


@asynccontextmanager
async def _at(
    folder: Path, story: str, scheme: str, server: Server, options: tuple[str, ...], pair: Pair | None
) -> AsyncIterator[Staged]:
    secured = trusted(folder, pair)
    probe = scheme.removesuffix("s") if scheme != "pop3s" else "pop3"
    with listening(server(secured.context)) as port:
        command = ("probe", probe, f"{scheme}://localhost:{port}", *secured.options, *options, *TIMEOUT)
        yield Staged(command, story)


def _known(folder: Path) -> tuple[str, ...]:
    return login(folder)


def _unknown(folder: Path) -> tuple[str, ...]:
    return login(folder, password="not-it")


def _challenged(folder: Path) -> tuple[str, ...]:
    return (*login(folder), "--mechanism", "encrypted")


def _bound(folder: Path) -> tuple[str, ...]:
    return login(folder, directory.USER, PASSWORD)


def _bound_wrongly(folder: Path) -> tuple[str, ...]:
    return login(folder, directory.USER, "not-it")


def _foreign() -> Pair:
    return leaf(root("Another Root"))


@asynccontextmanager
async def _closed(folder: Path) -> AsyncIterator[Staged]:
    with closed_port() as port:
        yield Staged(("probe", "ldap", f"localhost:{port}", *TIMEOUT), "Nothing listens on the directory's port.")


@asynccontextmanager
async def _filtered(folder: Path) -> AsyncIterator[Staged]:
    with full_port() as port:
        yield Staged(("probe", "imap", f"localhost:{port}", "--timeout", "1"), "The port swallows everything.")


@asynccontextmanager
async def _hung_up(folder: Path) -> AsyncIterator[Staged]:
    with listening(lambda connection: None) as port:
        yield Staged(("probe", "pop3", f"localhost:{port}", *TIMEOUT), "The server closes what it took.")


@asynccontextmanager
async def _unknown_name(folder: Path) -> AsyncIterator[Staged]:
    yield Staged(("probe", "ldap", "ldap.invalid", *TIMEOUT), "The directory's name does not exist.")


FAILING = (
    Scenario(NETWORK, "dns", _unknown_name, "ldap"),
    Scenario(NETWORK, "refused", _closed, "ldap"),
    Scenario(NETWORK, "filtered", _filtered, "imap"),
    Scenario(NETWORK, "broken-later", _hung_up, "pop3"),
    Scenario(
        CERTIFICATE,
        "starttls-port",
        _served("TLS is begun where plain text is spoken.", "imaps", _imap(False, "PLAIN")),
        "imap",
    ),
    Scenario(
        CERTIFICATE,
        "root-missing",
        _served("After STLS an unknown authority shows up.", "pop3", _pop3(False, "PLAIN"), pair=_foreign),
        "pop3",
    ),
    Scenario(
        CERTIFICATE,
        "self-signed",
        _served("The directory vouches for itself.", "ldaps", _ldap(True), pair=lambda: leaf(None)),
        "ldap",
    ),
    Scenario(LOGON, "bad-credentials", _served("Wrong password.", "imap", _imap(False, "PLAIN"), _unknown), "imap"),
    Scenario(LOGON, "bad-credentials", _served("Wrong password.", "pop3s", _pop3(True, "LOGIN"), _unknown), "pop3"),
    Scenario(LOGON, "bad-credentials", _served("Wrong password.", "ldap", _ldap(False), _bound_wrongly), "ldap"),
    Scenario(
        LOGON,
        "scheme-unsupported",
        _served("No challenge is offered.", "imaps", _imap(True, "PLAIN"), _challenged),
        "imap",
    ),
    Scenario(
        LOGON, "scheme-unsupported", _served("It takes no passwords.", "ldaps", _ldap(True, False), _bound), "ldap"
    ),
)
HEALTHY_ONES = (
    Scenario(HEALTHY, "imap", _served("STARTTLS and a logon.", "imap", _imap(False, "PLAIN"), _known), "starttls"),
    Scenario(HEALTHY, "imap", _served("TLS and LOGIN.", "imaps", _imap(True, "LOGIN"), _known), "imaps"),
    Scenario(HEALTHY, "pop3", _served("STLS and a logon.", "pop3", _pop3(False, "PLAIN"), _known), "stls"),
    Scenario(HEALTHY, "pop3", _served("TLS, USER and PASS.", "pop3s", _pop3(True, "LOGIN"), _known), "pop3s"),
    Scenario(HEALTHY, "ldap", _served("StartTLS, and no bind.", "ldap", _ldap(False)), "starttls"),
    Scenario(HEALTHY, "ldap", _served("TLS and a bind.", "ldaps", _ldap(True), _bound), "ldaps"),
)
SCENARIOS = (*FAILING, *HEALTHY_ONES)
