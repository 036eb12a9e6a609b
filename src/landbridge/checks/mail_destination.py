"""The mail server of a MAIL destination, and how its clients speak with it (destination-service §1.3). Pure.

The properties are those of JavaMail. Where none says how to protect the connection, TLS is used when the server offers
it, as most clients do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from landbridge.checks.conversation import Conversation, Mechanism, Protection

_PORTS = {"smtp": 25, "smtps": 465, "imap": 143, "imaps": 993, "pop3": 110, "pop3s": 995}
SUBMISSION = (587, 465, 25)
"""Ports at which mail servers take mail."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where a MAIL destination leads to.

    protocol  smtp, imap or pop3
    port      0: none is given, or one that is none
    """

    protocol: str
    host: str
    port: int
    conversation: Conversation

    @property
    def scheme(self) -> str:
        """Of its URL."""
        return self.protocol + ("s" if self.conversation.protection is Protection.TLS else "")

    @property
    def url(self) -> str:
        """As people write it; empty when no host is named."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{f':{self.port}' if self.port else ''}" if self.host else ""

    @property
    def usual_port(self) -> int:
        """The port that clients take when none is given."""
        return _PORTS[self.scheme]


def mail_server(properties: Mapping[str, str]) -> MailServer:
    """The mail server in the properties of a MAIL destination."""
    named = properties.get("mail.transport.protocol", "").strip().lower() or "smtp"
    plain = named.removesuffix("4") if named.startswith("imap") else named
    protocol = next((one for one in ("smtp", "imap", "pop3") if plain in (one, f"{one}s")), "smtp")
    said = _Said(properties, tuple(dict.fromkeys((named, plain, protocol, "imap4" if protocol == "imap" else named))))
    port = _number(said("port"))
    return MailServer(protocol, said("host") or properties.get("mail.host", ""), port, _conversation(said, plain, port))


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of a protocol, under one of its names."""

    properties: Mapping[str, str]
    names: tuple[str, ...]

    def __call__(self, what: str) -> str:
        return next((found for name in self.names if (found := self.properties.get(f"mail.{name}.{what}"))), "").strip()

    def yes(self, what: str) -> bool:
        return self(what).lower() == "true"


def _conversation(said: _Said, scheme: str, port: int) -> Conversation:
    tokens = said.properties.get("Authentication", "").startswith("OAuth2")
    return Conversation(
        protection=_protection(said, scheme, port),
        mechanism=Mechanism.OAUTH if tokens else Mechanism.PLAIN,
        sender=_sender(said) if scheme.startswith("smtp") else "",
        beside=SUBMISSION if scheme.startswith("smtp") and port in (0, *SUBMISSION) else (),
        port_given=bool(port),
    )


def _protection(said: _Said, scheme: str, port: int) -> Protection:
    if scheme.endswith("s") or said.yes("ssl.enable") or port in (465, 993, 995):
        return Protection.TLS
    if said.yes("starttls.required"):
        return Protection.STARTTLS
    return Protection.OFF if said("starttls.enable").lower() == "false" else Protection.OPTIONAL


def _sender(said: _Said) -> str:
    """The sender of its mails, when it can be said in a line."""
    found = said("from") or said.properties.get("mail.from", "").strip()
    return found if found.isprintable() and not set("<> ") & set(found) else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and int(text) < 65_536 else 0
