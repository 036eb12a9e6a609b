"""Small real servers for mailboxes: IMAP (RFC 3501) and POP3 (RFC 1939), with one user and three mails."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from socket import socket
from typing import BinaryIO

from landbridge.lab.servers.blocking import Serve
from landbridge.lab.servers.mail import NAME, PASSWORD, USER

_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Habits:
    """How a mailbox server behaves.

    secured     its TLS; None: it has none
    implicit    TLS from the first byte, instead of the change to it
    mechanisms  that it offers, as the protocol lists them ("PLAIN", "LOGIN")
    """

    secured: ssl.SSLContext | None = None
    implicit: bool = False
    mechanisms: tuple[str, ...] = ("PLAIN",)


class _Session:
    """One connection: lines in, lines out, and a change to TLS in between."""

    def __init__(self, connection: socket, habits: Habits) -> None:
        self._connection = connection
        self.habits = habits
        self.is_secured = False
        if habits.implicit:
            self.secure()
        else:
            self._file: BinaryIO = connection.makefile("rb")

    def secure(self) -> None:
        assert self.habits.secured is not None
        self._connection = self.habits.secured.wrap_socket(self._connection, server_side=True)
        self._file = self._connection.makefile("rb")
        self.is_secured = True

    def say(self, *lines: str) -> None:
        self._connection.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def line(self) -> str:
        """The next line; empty at the end."""
        return self._file.readline(_LONGEST).decode("utf-8", "replace").rstrip("\r\n")

    def plain(self) -> bool:
        """Take the answer of PLAIN; whether it is right."""
        return base64.b64decode(self.line()) == f"\0{USER}\0{PASSWORD}".encode()

    @property
    def may_upgrade(self) -> bool:
        return self.habits.secured is not None and not self.is_secured


def _serving(speak: Callable[[_Session], None], habits: Habits) -> Serve:
    def serve(connection: socket) -> None:
        session = _Session(connection, habits)
        try:
            speak(session)
        finally:
            session._connection.close()

    return serve


def imap(habits: Habits) -> Serve:
    """An IMAP server."""
    return _serving(_imap, habits)


def pop3(habits: Habits) -> Serve:
    """A POP3 server."""
    return _serving(_pop3, habits)


def _imap(session: _Session) -> None:
    session.say(f"* OK {NAME} IMAP4rev1 ready")
    while line := session.line():
        tag, _, rest = line.partition(" ")
        command, _, arguments = rest.partition(" ")
        match command.upper():
            case "CAPABILITY":
                session.say(f"* CAPABILITY IMAP4rev1 {_imap_abilities(session)}", f"{tag} OK")
            case "STARTTLS" if session.may_upgrade:
                session.say(f"{tag} OK begin")
                session.secure()
            case "AUTHENTICATE" if arguments in session.habits.mechanisms:
                session.say("+ ")
                right = arguments == "PLAIN" and session.plain()
                session.say(f"{tag} OK welcome" if right else f"{tag} NO [AUTHENTICATIONFAILED] not you")
            case "LOGIN" if "LOGIN" in session.habits.mechanisms:
                right = arguments == f'"{USER}" "{PASSWORD}"'
                session.say(f"{tag} OK welcome" if right else f"{tag} NO [AUTHENTICATIONFAILED] not you")
            case "LIST":
                session.say('* LIST () "/" "INBOX"', '* LIST () "/" "Sent"', f"{tag} OK")
            case "STATUS":
                session.say("* STATUS INBOX (MESSAGES 3 UNSEEN 1)", f"{tag} OK")
            case "LOGOUT":
                session.say("* BYE", f"{tag} OK")
                return
            case _:
                session.say(f"{tag} BAD what?")


def _imap_abilities(session: _Session) -> str:
    if session.may_upgrade:
        return "STARTTLS LOGINDISABLED"
    names = session.habits.mechanisms
    abilities = [f"AUTH={name}" for name in names if name != "LOGIN"]
    return " ".join(abilities + ([] if "LOGIN" in names else ["LOGINDISABLED"]))


def _pop3(session: _Session) -> None:
    session.say(f"+OK {NAME} ready")
    user = ""
    while line := session.line():
        command, _, argument = line.partition(" ")
        match command.upper():
            case "CAPA":
                session.say("+OK", *_pop3_abilities(session), ".")
            case "STLS" if session.may_upgrade:
                session.say("+OK begin")
                session.secure()
            case "AUTH" if argument in session.habits.mechanisms:
                session.say("+ ")
                right = argument == "PLAIN" and session.plain()
                session.say("+OK welcome" if right else "-ERR [AUTH] not you")
            case "USER" if "LOGIN" in session.habits.mechanisms:
                user = argument
                session.say("+OK")
            case "PASS":
                session.say("+OK welcome" if (user, argument) == (USER, PASSWORD) else "-ERR [AUTH] not you")
            case "STAT":
                session.say("+OK 3 4096")
            case "QUIT":
                session.say("+OK")
                return
            case _:
                session.say("-ERR what?")


def _pop3_abilities(session: _Session) -> list[str]:
    if session.may_upgrade:
        return ["UIDL", "STLS"]
    names = session.habits.mechanisms
    sasl = " ".join(name for name in names if name != "LOGIN")
    return ["UIDL", *([f"SASL {sasl}"] if sasl else []), *(["USER"] if "LOGIN" in names else [])]
