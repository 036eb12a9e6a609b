"""Refresh tokens: used once, replaced at every use; one that comes back a second time ends the whole chain (RFC 9700).

A refresh token is `<family>.<secret>`. The store knows the family (hashed) and a hash of the secret that is good now.
So a replaced token is recognised as such, by nothing but its family: somebody has a copy.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from landbridge.faults import FaultError, fault
from landbridge.identity.request import Granted, GrantRequest
from landbridge.model.clock import Clock
from landbridge.model.grant import Grant, GrantKind
from landbridge.model.secret import Secret
from landbridge.store import Database, GrantRepository

LIFETIME = 604_800
"""Seconds; the original's default (destination-service §5.4)."""


@dataclass(frozen=True, slots=True)
class Continuation:
    """What a refresh token stands for."""

    family: str
    subaccount_id: str
    user: str
    subject: str
    scopes: tuple[str, ...]
    claims: Mapping[str, Any]
    openid: bool


class RefreshTokens:
    """Gives refresh tokens and takes them back."""

    def __init__(self, db: Database, clock: Clock, lifetime: float = LIFETIME) -> None:
        self._db = db
        self._clock = clock
        self._lifetime = lifetime

    async def issue(self, request: GrantRequest, granted: Granted, scopes: tuple[str, ...]) -> str:
        """The next token of the family, or the first of a new one."""
        family, secret = granted.family or secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        content = {
            "hash": _hash(secret),
            "subject": granted.subject,
            "scopes": list(scopes),
            "claims": dict(granted.claims),
            "openid": granted.openid,
        }
        grant = Grant(
            GrantKind.REFRESH_TOKEN,
            request.tenant.id,
            request.client.id,
            self._clock() + self._lifetime,
            granted.user,
            content,
        )
        async with self._db.begin() as session:
            await GrantRepository(session).put(Secret(family), grant)
        return f"{family}.{secret}"

    async def take(self, token: str, client_id: str) -> Continuation:
        """What the token stands for; it is worthless from now on.

        Raises `FaultError`: `identity.refresh-unknown`, `-reused`, `-of-another`. The latter two end the family.
        """
        family, _, secret = token.partition(".")
        grant = await self._take(family)
        if grant is None:
            raise FaultError(fault("identity.refresh-unknown"))
        if grant.client_id != client_id:
            raise FaultError(fault("identity.refresh-of-another", client=client_id[:200]))
        content = grant.content
        if not hmac.compare_digest(content["hash"], _hash(secret)):
            raise FaultError(fault("identity.refresh-reused"))
        return Continuation(
            family,
            grant.subaccount_id,
            grant.user,
            content["subject"],
            tuple(content["scopes"]),
            content["claims"],
            content["openid"],
        )

    async def end(self, family: str) -> None:
        """Make the family's present token worthless."""
        await self._take(family)

    async def _take(self, family: str) -> Grant | None:
        async with self._db.begin() as session:
            return await GrantRepository(session).take(GrantKind.REFRESH_TOKEN, Secret(family), self._clock())


def _hash(secret: str) -> str:
    """Secrets are random bits: a plain hash cannot be turned back."""
    return hashlib.sha256(secret.encode()).hexdigest()
