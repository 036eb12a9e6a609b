"""What a connector is to ask a system of its mappings beyond HTTP and TCP: sent to it as text, and carried out there.

It may hold secrets, so it is never part of evidence. Host and port are not taken from it: the connector knows its
mapping.
"""

from __future__ import annotations

from typing import Any

import msgspec

from landbridge.checks.evidence import Effect, Target
from landbridge.checks.manner import Manner, Style
from landbridge.checks.plans import PLANS
from landbridge.checks.probe import HARMLESS, Dialler, Logon, Probe, Scene, Trust
from landbridge.checks.terms import SshTerms
from landbridge.model.clock import Clock
from landbridge.model.secret import Secret

BARE = frozenset(("smtp", "imap", "pop3", "ssh", "sftp", "ldap"))
"""Protocols that are spoken over bare connections (mappings for TCP and LDAP)."""
OVER_HTTP = frozenset(("odata", "soap", "oauth"))
LONGEST = 28_000
"""Bytes: within a message they may become twice as many, and a message has 64 KiB for them and a path."""
_LEFT_OUT = frozenset(("trust", "name", "tcp", "tls", "other-ports"))
"""Probes that others make in their place: the connector for its mapping, and the one who asks for his own trust."""


class Inquiry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How to ask.

    target      protocol, path, user and conversation count
    intrusive   whether to log on and to send
    trust       certificates (PEM) that must vouch for a server before a secret is said to it
    accept, sap_client, csrf, style, scope  see `Manner`
    """

    target: Target
    logon: Logon = msgspec.field(default_factory=Logon)
    intrusive: bool = False
    trust: tuple[str, ...] = ()
    ssh: SshTerms = msgspec.field(default_factory=SshTerms)
    accept: str = ""
    sap_client: str = ""
    csrf: bool = False
    style: Style = Style.HEADER
    scope: str = ""

    @property
    def kind(self) -> str:
        """What the mapping is for: http or tcp."""
        return "http" if self.target.protocol in OVER_HTTP else "tcp"

    def scene(self, target: Target, dialler: Dialler, clock: Clock, seconds: float, manner: Manner) -> Scene:
        """The scene at `target`. `manner` holds headers that every request needs."""
        asking = msgspec.structs.replace(
            self.target, scheme="http" if self.kind == "http" else "", host=target.host, port=target.port, location=":"
        )
        return Scene(
            target=asking,
            dialler=dialler,
            clock=clock,
            logon=self.logon,
            trust=Trust("those of the one who asks", self.trust),
            manner=Manner(
                accept=self.accept,
                headers=manner.headers,
                sap_client=self.sap_client,
                csrf=self.csrf,
                style=self.style,
                scope=self.scope,
            ),
            ssh=self.ssh,
            seconds=seconds,
            allowed=HARMLESS | {Effect.INTRUSIVE} if self.intrusive else HARMLESS,
        )

    @property
    def probes(self) -> tuple[Probe, ...]:
        """What is looked at behind the connection; the connection itself is the connector's."""
        return tuple(one for one in PLANS[self.target.protocol].probes if one.name not in _LEFT_OUT)


def written(inquiry: Inquiry) -> str:
    """As text. Raises `ValueError` when it is longer than a message to a connector can be."""
    text = msgspec.json.encode(inquiry, enc_hook=_reveal)
    if len(text) > LONGEST:
        raise ValueError(f"what the connector has to know takes {len(text)} bytes, of which it hears {LONGEST}")
    return text.decode()


def read(text: str) -> Inquiry:
    """What `written` gave. Raises `ValueError` for anything else, and for protocols that are not asked so."""
    inquiry = msgspec.json.decode(text, type=Inquiry, dec_hook=_hide)
    if inquiry.target.protocol not in BARE | OVER_HTTP:
        raise ValueError("connectors are not asked for this protocol")
    return inquiry


def _reveal(value: Any) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError


def _hide(kind: type, value: Any) -> Secret:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise NotImplementedError
