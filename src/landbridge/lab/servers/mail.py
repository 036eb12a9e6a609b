"""Real mail servers (aiosmtpd) that take mail from nobody, or from those they know."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

logging.getLogger("mail.log").addHandler(logging.NullHandler())
logging.getLogger("mail.log").propagate = False  # the lab tells its story itself

NAME = "mail.example.test"
USER, PASSWORD = "shop", "sesame-open"
"""The one who may log on."""


@dataclass(frozen=True, slots=True)
class SmtpHabits:
    """How a mail server behaves.

    secured    its TLS; None: it has none
    implicit   TLS from the first byte, instead of STARTTLS
    demanding  STARTTLS comes first
    logon      whether it takes logons
    excluded   mechanisms that it does not offer
    handler    methods of an aiosmtpd handler, where it refuses or has mechanisms of its own
    host       address that it listens on
    """

    secured: ssl.SSLContext | None = None
    implicit: bool = False
    demanding: bool = False
    logon: bool = True
    excluded: tuple[str, ...] = ()
    handler: Any = field(default_factory=object)
    host: str = "127.0.0.1"


class SendersOf:
    """Takes senders of one domain alone, and recipients of that domain."""

    def __init__(self, domain: str) -> None:
        self._end = f"@{domain}"

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not address.endswith(self._end):
            return "553 5.7.1 this sender is not yours"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not address.endswith(self._end):
            return "550 5.7.1 relaying denied"
        envelope.rcpt_tos.append(address)
        return "250 OK"


class OwnMechanism:
    """Offers XOAUTH2, and takes no token."""

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:  # noqa: N802
        return AuthResult(success=False, handled=False)


def _authenticated(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """With `handled=True`, the library's default, a refusal would never be sent."""
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)


@contextlib.asynccontextmanager
async def smtp(habits: SmtpHabits) -> AsyncIterator[int]:
    """Port of such a server."""
    loop = asyncio.get_running_loop()
    conversations: list[SMTP] = []

    def protocol() -> SMTP:
        conversation = SMTP(
            habits.handler,
            hostname=NAME,
            ident="ESMTP",
            tls_context=None if habits.implicit else habits.secured,
            require_starttls=habits.demanding,
            auth_require_tls=habits.secured is not None and not habits.implicit,
            auth_exclude_mechanism=habits.excluded if habits.logon else ("PLAIN", "LOGIN"),
            authenticator=_authenticated,
            loop=loop,
        )
        conversations.append(conversation)
        return conversation

    server = await loop.create_server(protocol, habits.host, 0, ssl=habits.secured if habits.implicit else None)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for one in conversations:
            if one.transport is not None:
                one.transport.close()
        await server.wait_closed()
