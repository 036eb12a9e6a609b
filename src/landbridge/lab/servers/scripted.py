"""A mail server that says what it is told to: greetings, abilities and refusals of every product."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from socket import socket
from typing import BinaryIO

from landbridge.lab.servers.blocking import Serve

_LONGEST = 4096
_LOGON_REPLIES = ("235", "535")
"""Said after the secret was heard; others come at once."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a server says.

    greeting  its first lines
    extended  whether it knows EHLO; abilities  what it lists then, `secured` what it lists under TLS
    change    to STARTTLS; logon  to AUTH; sender  to MAIL; recipient  to RCPT
    tls       for STARTTLS, or from the first byte where `implicit`
    """

    greeting: tuple[str, ...] = ("220 mx.example.test ESMTP",)
    extended: bool = True
    abilities: tuple[str, ...] = ("8BITMIME",)
    secured: tuple[str, ...] = ()
    change: str = "220 go on"
    logon: str = "235 2.7.0 welcome"
    sender: str = "250 ok"
    recipient: str = "250 ok"
    tls: ssl.SSLContext | None = None
    implicit: bool = False


def scripted(script: Script) -> Serve:
    """Such a server."""

    def serve(connection: socket) -> None:
        session = _Session(connection, script)
        try:
            session.speak()
        finally:
            session.connection.close()

    return serve


class _Session:
    def __init__(self, connection: socket, script: Script) -> None:
        self._script = script
        self._secured = False
        self.connection = connection
        if script.implicit:
            self._secure()
        self._file: BinaryIO = self.connection.makefile("rb")

    def speak(self) -> None:
        self._say(*self._script.greeting)
        if not self._script.greeting[-1].startswith("220"):
            return
        while (line := self._line()) and not line.upper().startswith("QUIT"):
            self._answer(line)

    def _answer(self, line: str) -> None:
        match line.partition(" ")[0].upper():
            case "EHLO" if self._script.extended:
                listed = self._script.secured if self._secured and self._script.secured else self._script.abilities
                self._say("250-mx.example.test", *(f"250-{one}" for one in listed[:-1]), f"250 {listed[-1]}")
            case "HELO":
                self._say("250 mx.example.test")
            case "STARTTLS":
                self._say(self._script.change)
                if self._script.change.startswith("220"):
                    self._secure()
                    self._file = self.connection.makefile("rb")
            case "AUTH":
                self._hear(line.split(" ")[1:])
                self._say(self._script.logon)
            case "MAIL":
                self._say(self._script.sender)
            case "RCPT":
                self._say(self._script.recipient)
            case _:
                self._say("502 5.5.1 not implemented")

    def _hear(self, arguments: list[str]) -> None:
        """Take user and password, in whatever way."""
        if not self._script.logon.startswith(_LOGON_REPLIES):
            return
        missing = {"LOGIN": 2, "PLAIN": 1}.get(arguments[0].upper(), 1) - len(arguments[1:])
        for _ in range(missing):
            self._say("334 ")
            self._line()

    def _secure(self) -> None:
        assert self._script.tls is not None
        self.connection = self._script.tls.wrap_socket(self.connection, server_side=True)
        self._secured = True

    def _say(self, *lines: str) -> None:
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def _line(self) -> str:
        """The next line; empty at the end."""
        return self._file.readline(_LONGEST).decode("utf-8", "replace").strip()
