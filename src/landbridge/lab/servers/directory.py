"""A small real directory (LDAP, RFC 4511) with one user and nothing but its root entry."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from socket import socket

from landbridge.checks import ldap_messages as ldap
from landbridge.checks.ber import ENUMERATED, SEQUENCE, SET, Element, NotBer, element, integer, size, text
from landbridge.lab.servers.blocking import Serve
from landbridge.lab.servers.mail import PASSWORD

USER = "cn=shop,dc=example,dc=test"
_READ = 65_536
_ROOT = {
    "namingContexts": ("dc=example,dc=test",),
    "vendorName": ("landbridge lab",),
    "supportedLDAPVersion": ("3",),
}
_UNAVAILABLE, _INSUFFICIENT = 52, 50


@dataclass(frozen=True, slots=True)
class Habits:
    """How a directory behaves.

    secured   its TLS; None: it has none
    implicit  TLS from the first byte, instead of the change to it
    strict    binds are taken under TLS alone
    simple    whether it takes simple binds at all
    refusal   result and message of every bind, where it refuses all of them
    private   whether it shows itself to nobody who has not logged on
    """

    secured: ssl.SSLContext | None = None
    implicit: bool = False
    strict: bool = False
    simple: bool = True
    refusal: tuple[int, str] | None = None
    private: bool = False


def directory(habits: Habits) -> Serve:
    """Such a server."""

    def serve(connection: socket) -> None:
        session = _Session(connection, habits)
        try:
            session.speak()
        except NotBer:
            return  # a client of another kind
        finally:
            session.connection.close()

    return serve


class _Session:
    def __init__(self, connection: socket, habits: Habits) -> None:
        self.connection = connection
        self._habits = habits
        self._buffer = b""
        self._is_secured = False

    def speak(self) -> None:
        if self._habits.implicit:
            self._secure()
        while (asked := self._message()) is not None and asked.kind != ldap.UNBIND:
            match asked.kind:
                case ldap.BIND if self._habits.refusal is not None:
                    self._say(asked, _result(ldap.BIND_ANSWER, *self._habits.refusal))
                case ldap.BIND:
                    self._say(asked, _result(ldap.BIND_ANSWER, self._bound(asked)))
                case ldap.SEARCH if self._habits.private:
                    self._say(asked, _result(ldap.SEARCH_DONE, _INSUFFICIENT, "a bind has to be completed first"))
                case ldap.SEARCH:
                    self._say(asked, _entry())
                    self._say(asked, _result(ldap.SEARCH_DONE, ldap.SUCCESS))
                case _ if self._habits.secured is not None and not self._is_secured:
                    self._say(asked, _result(ldap.EXTENDED_ANSWER, ldap.SUCCESS))
                    self._secure()
                case _:
                    self._say(asked, _result(ldap.EXTENDED_ANSWER, _UNAVAILABLE))

    def _secure(self) -> None:
        assert self._habits.secured is not None
        self.connection = self._habits.secured.wrap_socket(self.connection, server_side=True)
        self._is_secured = True

    def _bound(self, asked: ldap.Message) -> int:
        if not self._habits.simple:
            return ldap.METHOD_UNSUPPORTED
        if self._habits.strict and not self._is_secured:
            return ldap.CONFIDENTIALITY_NEEDED
        right = [one.text for one in asked.parts[1:3]] == [USER, PASSWORD]
        return ldap.SUCCESS if right else ldap.INVALID_CREDENTIALS

    def _say(self, asked: ldap.Message, operation: bytes) -> None:
        self.connection.sendall(ldap.packed(asked.number, operation))

    def _message(self) -> ldap.Message | None:
        """The next message; None at the end. Raises `NotBer` (a `ValueError`)."""
        while (header := size(self._buffer)) is None or len(self._buffer) < sum(header):
            data = self.connection.recv(_READ)
            if not data:
                return None
            self._buffer += data
        whole, self._buffer = self._buffer[: sum(header)], self._buffer[sum(header) :]
        return ldap.message(Element(whole[0], whole[header[0] :]))


def _result(kind: int, code: int, said: str = "no") -> bytes:
    return element(kind, integer(code, ENUMERATED), text(""), text("" if code == ldap.SUCCESS else said))


def _entry() -> bytes:
    listed = [element(SEQUENCE, text(name), element(SET, *map(text, values))) for name, values in _ROOT.items()]
    return element(ldap.SEARCH_ENTRY, text(""), element(SEQUENCE, *listed))
