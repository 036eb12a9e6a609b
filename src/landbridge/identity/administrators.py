"""Who administers: the admin token, administrators with a password or of an OpenID provider, people with roles."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from landbridge.faults import FaultError, fault
from landbridge.identity.foreign import ForeignTokens, KeysUnavailable, claimed_issuer
from landbridge.identity.login import PASSWORD_LIMIT
from landbridge.identity.roles import Action, allows
from landbridge.identity.throttle import Throttle
from landbridge.identity.verify import TokenRejected, TokenVerifier
from landbridge.model.clock import Clock
from landbridge.model.role import Administrator
from landbridge.model.secret import Secret
from landbridge.model.trust import TrustedIssuer
from landbridge.store import AdministratorRepository, Database

SESSION_SECONDS = 8 * 3600.0
_SESSIONS = 1000


@dataclass(frozen=True, slots=True)
class Admin:
    """Somebody who administers.

    subaccount_id    the only subaccount that exists for this one; None for the whole installation
    connectors_only  a person with the role Cloud Connector Administrator, who may do nothing else
    """

    name: str
    subaccount_id: str | None = None
    connectors_only: bool = False

    def sees(self, subaccount_id: str) -> bool:
        return self.subaccount_id in (None, subaccount_id)


@dataclass(frozen=True, slots=True)
class AdminSession:
    """A login: the token to send from now on."""

    token: str
    expires_in: int
    admin: Admin


class Administrators:
    """Recognises administrators by what they send in the Authorization header.

    token   the admin token of the data folder
    issuer  the OpenID provider whose users may be administrators; None for none
    """

    def __init__(
        self,
        db: Database,
        token: Secret,
        verifier: TokenVerifier,
        foreign: ForeignTokens,
        throttle: Throttle,
        clock: Clock,
        issuer: TrustedIssuer | None = None,
    ) -> None:
        self._db = db
        self._token = token
        self._verifier = verifier
        self._foreign = foreign
        self._throttle = throttle
        self._clock = clock
        self._issuer = issuer
        self._sessions: OrderedDict[str, tuple[Admin, float]] = OrderedDict()

    async def recognise(self, authorization: str, address: str) -> Admin:
        """Who sends this header. Raises `FaultError`: `platform.admin-*`, `identity.too-many-failures`."""
        scheme, _, given = authorization.strip().partition(" ")
        if scheme.lower() == "basic":
            return await self._by_password(*_basic(given), address)
        if scheme.lower() != "bearer" or not given.strip():
            raise FaultError(fault("platform.admin-token-missing"))
        token = given.strip()
        if Secret(token) == self._token:
            return Admin("admin token")
        session = self._sessions.get(_hash(token))
        if session is not None and self._clock() < session[1]:
            return await self._still(session[0])
        if token.count(".") == 2:
            return await self._by_jwt(token)
        raise FaultError(fault("platform.admin-token-wrong"))

    async def log_in(self, name: str, password: str, address: str) -> AdminSession:
        """A token for an administrator who tells the password. Raises `FaultError`."""
        admin = await self._by_password(name, password, address)
        token = secrets.token_urlsafe(32)
        self._sessions[_hash(token)] = (admin, self._clock() + SESSION_SECONDS)
        if len(self._sessions) > _SESSIONS:
            self._sessions.popitem(last=False)
        return AdminSession(token, int(SESSION_SECONDS), admin)

    def log_out(self, authorization: str) -> None:
        """End the session of this header, if it is one."""
        self._sessions.pop(_hash(authorization.strip().partition(" ")[2].strip()), None)

    async def _by_password(self, name: str, password: str, address: str) -> Admin:
        async def check() -> Administrator | None:
            if len(password) > PASSWORD_LIMIT:
                return None
            async with self._db.read() as session:
                found = await AdministratorRepository(session).check(name)
            return await found.matches(Secret(password))

        administrator = await self._throttle.guard(f"administrator/{name}", address, check)
        if administrator is None:
            raise FaultError(fault("platform.admin-login-wrong"))
        return Admin(administrator.name, administrator.subaccount_id)

    async def _still(self, admin: Admin) -> Admin:
        """An administrator who was taken away, or got another subaccount, is not the one who logged in."""
        return await self._administrator(admin.name)

    async def _by_jwt(self, token: str) -> Admin:
        """Somebody of the OpenID provider, or a person of a subaccount with a user token of ours."""
        try:
            if self._issuer is not None and claimed_issuer(token) == self._issuer.issuer:
                claims = await self._foreign.verify(token, [self._issuer])
                return await self._administrator(_named(claims))
            verified = self._verifier.verify(token)
        except TokenRejected as rejected:
            raise FaultError(fault("platform.admin-jwt-refused", reason=rejected.detail)) from rejected
        except KeysUnavailable as unavailable:
            raise FaultError(fault("identity.issuer-keys", reason=str(unavailable))) from unavailable
        if not allows(verified, Action.MANAGE_CONNECTORS, (verified.tenant, None)):
            raise FaultError(fault("platform.admin-token-wrong"))
        return Admin(str(verified.claims["user_name"]), verified.tenant, connectors_only=True)

    async def _administrator(self, name: str) -> Admin:
        async with self._db.read() as session:
            found = await AdministratorRepository(session).get(name)
        if found is None:
            raise FaultError(fault("platform.admin-unknown", name=name[:100]))
        return Admin(found.name, found.subaccount_id)


def _named(claims: Mapping[str, Any]) -> str:
    """The name by which a provider's user is an administrator; a mail address only when the provider has checked it."""
    mail = claims.get("email") if claims.get("email_verified") is True else None
    return str(claims.get("preferred_username") or mail or claims.get("sub") or "")


def _basic(encoded: str) -> tuple[str, str]:
    try:
        name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name, colon, password = "", "", ""
    if not colon or not name:
        raise FaultError(fault("platform.admin-token-missing"))
    return name, password


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
