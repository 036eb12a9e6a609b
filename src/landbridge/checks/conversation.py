"""How a conversation with a mail server or a directory is to be held: the settings of whoever calls it. Pure."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Protection(StrEnum):
    """What keeps others from listening (integration §6.5)."""

    OFF = "off"
    STARTTLS = "starttls"
    """TLS after a beginning in plain text, and nothing without it."""
    OPTIONAL = "starttls-optional"
    """TLS when the server offers it."""
    TLS = "tls"
    """TLS from the first byte."""


class Mechanism(StrEnum):
    """How to log on."""

    PLAIN = "plain"
    """The password itself: PLAIN, LOGIN, USER and PASS, a simple bind."""
    ENCRYPTED = "encrypted"
    """An answer that proves the password: CRAM-MD5."""
    OAUTH = "oauth"
    """A token: XOAUTH2."""


class Conversation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to say, and what not.

    sender, recipient  whether the server takes these is asked, if they are given; no mail is sent
    beside             other ports of the same host that are looked at, to compare
    port_given         False: nobody named the port, so it is the usual one
    """

    protection: Protection = Protection.OPTIONAL
    mechanism: Mechanism = Mechanism.PLAIN
    sender: str = ""
    recipient: str = ""
    beside: tuple[int, ...] = ()
    port_given: bool = True
