"""Systems behind a connector that speak other protocols than HTTP: the connector asks them, with the same probes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from landbridge.lab.pki import leaf, root
from landbridge.lab.scenario import HEALTHY, Scenario, Stage
from landbridge.lab.scenarios.mail_destinations import LOGIN, mails
from landbridge.lab.scenarios.mail_stage import Trusted, login, trusted
from landbridge.lab.scenarios.world_stage import NAME, Backend, Behind, Story, check, stage
from landbridge.lab.servers import directory, mailbox
from landbridge.lab.servers.blocking import Serve, listening
from landbridge.lab.servers.deaf import closed_port
from landbridge.lab.servers.mail import PASSWORD, SmtpHabits, smtp
from landbridge.model.destination import Destination
from landbridge.model.mapping import Mapping, Protocol
from landbridge.testing.world import World

MAIL, CERTIFICATE, LOGON = "outbound.smtp-port", "outbound.cert-path", "outbound.http-401"
HOST = "office.virtual"
"""The virtual host of everything here."""

Port = AbstractAsyncContextManager[int]


def mapped(port: int, virtual: int, protocol: Protocol = Protocol.TCP) -> Behind:
    """office.virtual:virtual to a port of this machine."""
    return Behind((Mapping(HOST, virtual, "127.0.0.1", port, protocol=protocol),))


def serving(
    make: Callable[[Trusted, Path], Port], virtual: int, protocol: Protocol = Protocol.TCP, *, foreign: bool = False
) -> Backend:
    """A server behind the mapping `office.virtual:virtual`, with a certificate for that name."""

    @asynccontextmanager
    async def started(running: World, folder: Path) -> AsyncIterator[Behind]:
        top = root("Lab Root")
        secured = trusted(folder, leaf(root("Another Root") if foreign else top, [HOST]), top)
        async with make(secured, folder) as port:
            yield mapped(port, virtual, protocol)

    return started


def blocking(make: Callable[[Trusted], Serve]) -> Callable[[Trusted, Path], Port]:
    """A server in threads."""

    @asynccontextmanager
    async def served(secured: Trusted, folder: Path) -> AsyncIterator[int]:
        with listening(make(secured)) as port:
            yield port

    return served


@asynccontextmanager
async def _nobody(secured: Trusted, folder: Path) -> AsyncIterator[int]:
    with closed_port() as port:
        yield port


async def _trusting(running: World, folder: Path) -> Sequence[str]:
    return ("--trust", str(folder / "trusted.pem"))


def _logging_on(user: str = "shop", password: str = PASSWORD) -> Callable[[World, Path], Awaitable[Sequence[str]]]:
    async def options(running: World, folder: Path) -> Sequence[str]:
        return (*login(folder, user, password), *await _trusting(running, folder))

    return options


def probe_of(protocol: str, where: str, *options: str) -> tuple[str, ...]:
    """The command that has the connector ask."""
    return ("probe", protocol, where, "--subaccount", "acme", "--timeout", "4", *options)


def _at(
    text: str,
    behind: Backend,
    command: tuple[str, ...],
    prepare: Callable[[World, Path], Awaitable[Sequence[str]]] = _trusting,
    destination: Destination | None = None,
) -> Stage:
    return stage(Story(text, destination, behind, command=command, prepare=prepare))


def _mails(port: int, **more: str) -> Destination:
    own = {"ProxyType": "OnPremise", "mail.smtp.host": HOST}
    return Destination({**mails(port, "smtp", more).properties, **own})


def _directory(password: str = PASSWORD, port: int = 389) -> Destination:
    return Destination(
        {
            "Name": NAME,
            "Type": "LDAP",
            "ldap.url": f"ldap://{HOST}:{port}",
            "ldap.proxyType": "OnPremise",
            "ldap.authentication": "BasicAuthentication",
            "ldap.user": directory.USER,
            "ldap.password": password,
        }
    )


_STARTTLS = serving(lambda secured, folder: smtp(SmtpHabits(secured.context, demanding=True)), 587)
_FOREIGN = serving(lambda secured, folder: smtp(SmtpHabits(secured.context)), 587, foreign=True)
_PLAIN = serving(lambda secured, folder: smtp(SmtpHabits()), 25)
_IMAP = serving(blocking(lambda secured: mailbox.imap(mailbox.Habits(secured.context))), 143)
_POP3 = serving(blocking(lambda secured: mailbox.pop3(mailbox.Habits(secured.context))), 110)
_DIRECTORY = serving(
    blocking(lambda secured: directory.directory(directory.Habits(secured.context, False, strict=True))),
    389,
    Protocol.LDAP,
)

PROBED = (
    Scenario(
        MAIL,
        "auth",
        _at("Wrong password.", _STARTTLS, probe_of("smtp", f"{HOST}:587"), _logging_on(password="not-it")),
        "via",
    ),
    Scenario(MAIL, "tls-trust", _at("An unknown authority.", _FOREIGN, probe_of("smtp", f"{HOST}:587")), "via"),
    Scenario(
        LOGON,
        "bad-credentials",
        _at("Wrong password.", _IMAP, probe_of("imap", HOST), _logging_on(password="not-it")),
        "via-imap",
    ),
    Scenario(MAIL, "wrong-protocol", _at("A mailbox of another kind.", _IMAP, probe_of("pop3", f"{HOST}:143")), "via"),
    Scenario(
        "conn.502",
        "backend-down",
        _at("Nothing listens there.", serving(_nobody, 25), probe_of("smtp", f"{HOST}:25")),
        "via-smtp",
    ),
    Scenario(
        "outbound.http-403-onprem",
        "host-not-mapped",
        _at("Another port is mapped.", _PLAIN, probe_of("smtp", f"{HOST}:587")),
        "via-smtp",
    ),
    Scenario(
        HEALTHY, "via", _at("STARTTLS, and a logon.", _STARTTLS, probe_of("smtp", f"{HOST}:587"), _logging_on()), "smtp"
    ),
    Scenario(HEALTHY, "via", _at("A mailbox.", _IMAP, probe_of("imap", HOST), _logging_on()), "imap"),
    Scenario(HEALTHY, "via", _at("A mailbox.", _POP3, probe_of("pop3", HOST), _logging_on()), "pop3"),
    Scenario(
        HEALTHY, "via", _at("A directory.", _DIRECTORY, probe_of("ldap", HOST), _logging_on(directory.USER)), "ldap"
    ),
)
CHECKED = (
    Scenario(
        MAIL,
        "auth",
        _at(
            "Wrong password.",
            _STARTTLS,
            check(*LOGIN),
            destination=_mails(587, **{"mail.password": "not-it"}),
        ),
        "on-premise",
    ),
    Scenario(
        MAIL,
        "protection-mismatch",
        _at(
            "STARTTLS is demanded and not offered.",
            _PLAIN,
            check(),
            destination=_mails(25, **{"starttls.required": "true"}),
        ),
        "on-premise",
    ),
    Scenario(MAIL, "tls-trust", _at("An unknown authority.", _FOREIGN, check(), destination=_mails(587)), "on-premise"),
    Scenario(
        "conn.502",
        "backend-down",
        _at("Nothing listens there.", serving(_nobody, 25), check(), destination=_mails(25)),
        "mail",
    ),
    Scenario("conn.403", "system-missing", _at("It is not mapped.", _PLAIN, check(), destination=_mails(2525)), "mail"),
    Scenario(HEALTHY, "mail", _at("It is talked to.", _PLAIN, check(), destination=_mails(25)), "on-premise"),
    Scenario(
        HEALTHY,
        "mail",
        _at("The logon is right.", _STARTTLS, check(*LOGIN), destination=_mails(587)),
        "on-premise-logon",
    ),
    Scenario(
        LOGON,
        "bad-credentials",
        _at("Wrong password.", _DIRECTORY, check(*LOGIN), destination=_directory("not-it")),
        "on-premise-directory",
    ),
    Scenario(
        "conn.502",
        "backend-down",
        _at("Nothing listens there.", serving(_nobody, 389, Protocol.LDAP), check(), destination=_directory()),
        "ldap",
    ),
    Scenario(
        "conn.403",
        "system-missing",
        _at("It is not mapped.", _DIRECTORY, check(), destination=_directory(port=1389)),
        "ldap",
    ),
    Scenario(HEALTHY, "ldap", _at("It is talked to.", _DIRECTORY, check(), destination=_directory()), "on-premise"),
    Scenario(
        HEALTHY,
        "ldap",
        _at("The logon is right.", _DIRECTORY, check(*LOGIN), destination=_directory()),
        "on-premise-logon",
    ),
)
SCENARIOS = (*PROBED, *CHECKED)
