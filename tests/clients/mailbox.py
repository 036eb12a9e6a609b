"""A mail server that keeps what it gets: SMTP by aiosmtpd, with a user and a password."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "postman", "letter-box"


@dataclass
class Mailbox:
    """The mails that arrived. `handle_DATA` is aiosmtpd's name."""

    port: int = 0
    mails: list[Envelope] = field(default_factory=list)

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if not session.authenticated:
            return "530 Authentication required"
        self.mails.append(envelope)
        return "250 Kept"


@asynccontextmanager
async def mailbox() -> AsyncIterator[Mailbox]:
    """A running server on a free port."""
    box = Mailbox()

    def session() -> SMTP:
        return SMTP(box, hostname="mail.internal", authenticator=_check, auth_require_tls=False)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()


def _check(_: SMTP, __: Session, ___: Envelope, ____: str, data: object) -> AuthResult:
    matches = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=matches, handled=False)
