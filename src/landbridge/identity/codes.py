"""Authorization codes: good once, for a few minutes, for the client and the address they were made for (RFC 6749 §4.1).

A code that comes back a second time ends the refresh tokens that the first exchange gave: their family is derived
from the code, so nothing has to be remembered for that.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from landbridge.faults import FaultError, fault
from landbridge.identity.refresh import RefreshTokens
from landbridge.model.clock import Clock
from landbridge.model.grant import Grant, GrantKind
from landbridge.model.secret import Secret
from landbridge.store import Database, GrantRepository

LIFETIME = 300.0
CHALLENGE_METHODS = ("S256", "plain")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True)
class CodeContent:
    """What a code stands for.

    scope      the scope parameter of the authorization request
    challenge  of the client's verifier (RFC 7636), empty for none; `method` says how it was made
    """

    subaccount_id: str
    client_id: str
    user: str
    redirect_uri: str
    scope: str = ""
    nonce: str = ""
    challenge: str = ""
    method: str = ""


class AuthorizationCodes:
    """Gives codes and takes them back."""

    def __init__(self, db: Database, clock: Clock, refresh: RefreshTokens) -> None:
        self._db = db
        self._clock = clock
        self._refresh = refresh

    async def issue(self, content: CodeContent) -> str:
        """A code for somebody who has logged in."""
        code = secrets.token_urlsafe(32)
        remembered = {
            name: getattr(content, name) for name in ("redirect_uri", "scope", "nonce", "challenge", "method")
        }
        grant = Grant(
            GrantKind.AUTHORIZATION_CODE,
            content.subaccount_id,
            content.client_id,
            self._clock() + LIFETIME,
            content.user,
            remembered,
        )
        async with self._db.begin() as session:
            await GrantRepository(session).put(Secret(code), grant)
        return code

    async def take(self, code: str, client_id: str, redirect_uri: str, verifier: str) -> CodeContent:
        """What the code stands for. Whatever is wrong, the code is gone.

        Raises `FaultError`: `identity.code-*`.
        """
        async with self._db.begin() as session:
            grant = await GrantRepository(session).take(GrantKind.AUTHORIZATION_CODE, Secret(code), self._clock())
        if grant is None:
            await self._refresh.end(family_of(code))
            raise FaultError(fault("identity.code-unknown"))
        content = CodeContent(grant.subaccount_id, grant.client_id, grant.user, **grant.content)
        if content.client_id != client_id:
            raise FaultError(fault("identity.code-of-another", client=client_id[:200]))
        if content.redirect_uri != redirect_uri:
            raise FaultError(fault("identity.code-redirect-differs", uri=redirect_uri[:200]))
        _check_verifier(content, verifier)
        return content


def family_of(code: str) -> str:
    """The family of the refresh tokens that a code leads to."""
    digest = hashlib.sha256(f"family:{code}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def _check_verifier(content: CodeContent, verifier: str) -> None:
    if not content.challenge and not verifier:
        return
    made = _s256(verifier) if content.method == "S256" else verifier
    if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(made, content.challenge):
        raise FaultError(fault("identity.code-verifier-wrong"))


def _s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
