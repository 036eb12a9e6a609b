"""Mail servers and directories as products of all kinds behave (rows 3, 13 and 15)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from socket import socket

from landbridge.lab.scenario import HEALTHY, Scenario, Stage, Staged
from landbridge.lab.scenarios.mail_stage import TIMEOUT, login, trusted
from landbridge.lab.servers import directory
from landbridge.lab.servers.blocking import Serve, listening
from landbridge.lab.servers.scripted import Script, scripted

MAIL, NETWORK, LOGON = "outbound.smtp-port", "inbound.icm-connection-failed", "outbound.http-401"
_ADDRESSES = ("--from", "shop@example.test", "--to", "someone@example.test")
_STARTTLS = ("STARTTLS", "8BITMIME")
_MICROSOFT = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."
_GOOGLE = "534 5.7.9 Application-specific password required."
_ACTIVE_DIRECTORY = "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data {}, v3839"


def _mail(story: str, script: Script, *options: str, secured: bool = False, logon: bool = False) -> Stage:
    """A server with that script; with TLS that is trusted where it is `secured`."""

    @asynccontextmanager
    async def staged(folder: Path) -> AsyncIterator[Staged]:
        tls = trusted(folder) if secured else None
        more = (*(tls.options if tls else ()), *(login(folder) if logon else ()))
        serve = scripted(replace(script, tls=tls.context) if tls else script)
        scheme = "smtps" if script.implicit else "smtp"
        with listening(serve) as port:
            place = ("probe", "smtp", f"{scheme}://localhost:{port}", "--beside", str(port))
            yield Staged((*place, *options, *more, *TIMEOUT), story)

    return staged


def _directory(story: str, habits: directory.Habits, *options: str, secured: bool = True, logon: bool = True) -> Stage:
    """A directory with these habits, in TLS or in plain text."""

    def staged(folder: Path) -> AbstractAsyncContextManager[Staged]:
        return _at(folder)

    @asynccontextmanager
    async def _at(folder: Path) -> AsyncIterator[Staged]:
        tls = trusted(folder)
        more = (*(tls.options if secured else ()), *(login(folder, directory.USER) if logon else ()))
        ours = replace(habits, secured=tls.context, implicit=True) if secured else habits
        scheme = "ldaps" if secured else "ldap"
        with listening(directory.directory(ours)) as port:
            yield Staged(("probe", "ldap", f"{scheme}://localhost:{port}", *options, *more, *TIMEOUT), story)

    return staged


def _refusing(code: int, text: str) -> directory.Habits:
    return directory.Habits(refusal=(code, text))


def _closed(number: str) -> directory.Habits:
    return _refusing(49, _ACTIVE_DIRECTORY.format(number))


def _greeting(said: bytes) -> Serve:
    def serve(connection: socket) -> None:
        connection.sendall(said)
        connection.recv(1000)

    return serve


def _mailbox(story: str, protocol: str, said: bytes) -> Stage:
    @asynccontextmanager
    async def staged(folder: Path) -> AsyncIterator[Staged]:
        with listening(_greeting(said)) as port:
            yield Staged(("probe", protocol, f"localhost:{port}", *TIMEOUT), story)

    return staged


_IN_TLS = Script(abilities=_STARTTLS, secured=("AUTH LOGIN PLAIN XOAUTH2",))

FAILING = (
    Scenario(
        MAIL,
        "ip-not-allowed",
        _mail("Too many connections.", Script(("421-4.7.0 mx.example.test", "421 4.7.0 too many connections"))),
        "busy",
    ),
    Scenario(
        MAIL,
        "ip-not-allowed",
        _mail("We have no name.", Script(("554-mx.example.test", "554 cannot find your reverse hostname"))),
        "nameless",
    ),
    Scenario(
        MAIL, "auth-mech", _mail("No logon is offered.", Script(abilities=_STARTTLS), secured=True, logon=True), "none"
    ),
    Scenario(
        MAIL,
        "auth",
        _mail("Logons by password are off.", replace(_IN_TLS, logon=_MICROSOFT), secured=True, logon=True),
        "tenant",
    ),
    Scenario(
        MAIL,
        "auth",
        _mail("A password for applications is wanted.", replace(_IN_TLS, logon=_GOOGLE), secured=True, logon=True),
        "application",
    ),
    Scenario(
        MAIL,
        "protection-mismatch",
        _mail("STARTTLS does not work.", Script(abilities=_STARTTLS, change="454 4.7.0 not now"), secured=True),
        "broken",
    ),
    Scenario(
        MAIL,
        "sender-or-relay",
        _mail("A logon comes first.", replace(_IN_TLS, sender="530 5.7.0 authenticate"), *_ADDRESSES, secured=True),
        "logon",
    ),
    Scenario(
        MAIL,
        "sender-or-relay",
        _mail("It puts strangers off.", Script(recipient="451 4.7.1 greylisted"), *_ADDRESSES),
        "later",
    ),
    Scenario(
        MAIL,
        "sender-or-relay",
        _mail("Nobody of that name.", Script(recipient="550 5.1.1 no such user"), *_ADDRESSES),
        "unknown",
    ),
    Scenario(NETWORK, "broken-later", _mailbox("It sends us away.", "imap", b"* BYE Too many connections\r\n"), "imap"),
    Scenario(NETWORK, "broken-later", _mailbox("It is locked.", "pop3", b"-ERR [SYS/TEMP] locked\r\n"), "locked"),
    Scenario(LOGON, "locked", _directory("The account is locked.", _closed("775")), "ldap"),
    Scenario(LOGON, "locked", _directory("The account is disabled.", _closed("533")), "disabled"),
    Scenario(LOGON, "bad-credentials", _directory("The password is wrong.", _closed("52e")), "active-directory"),
    Scenario(LOGON, "bad-credentials", _directory("The name is none.", _refusing(34, "invalid DN")), "name"),
    Scenario(LOGON, "redirect-stripped", _directory("It refers to another server.", _refusing(10, "")), "referral"),
    Scenario(
        LOGON,
        "scheme-unsupported",
        _directory("It binds in TLS alone.", _refusing(8, "sign first"), "--protection", "off", secured=False),
        "unsigned",
    ),
)
HEALTHY_ONES = (
    Scenario(HEALTHY, "smtp", _mail("It greets at length.", Script(("220-mx", "220-no spam", "220 go on"))), "lines"),
    Scenario(HEALTHY, "smtp", _mail("It knows HELO alone.", Script(extended=False)), "helo"),
    Scenario(HEALTHY, "smtp", _mail("It lists in lower case.", Script(abilities=("starttls",)), secured=True), "lower"),
    Scenario(
        HEALTHY,
        "smtp",
        _mail(
            "It lists logons as in old times.",
            Script(implicit=True, abilities=("AUTH=LOGIN PLAIN",)),
            secured=True,
            logon=True,
        ),
        "old-list",
    ),
    Scenario(HEALTHY, "ldap", _directory("It is for guests no more.", directory.Habits(private=True)), "private"),
    Scenario(
        HEALTHY,
        "ldap",
        _directory("It has no TLS, and none is wanted.", directory.Habits(), secured=False, logon=False),
        "plain",
    ),
)
SCENARIOS = (*FAILING, *HEALTHY_ONES)
