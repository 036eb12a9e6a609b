"""password: a token for a user of the tenant who tells the password."""

from __future__ import annotations

from landbridge.faults import FaultError, fault
from landbridge.identity.claims import user_claims
from landbridge.identity.request import Granted, GrantRequest
from landbridge.model.secret import Secret
from landbridge.store import Database, UserRepository

GRANT_TYPE = "password"
PASSWORD_LIMIT = 1024
"""Longest password that is hashed at all."""


class PasswordGrant:
    """Checks name and password against the users of the tenant; argon2 runs in a thread."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def __call__(self, request: GrantRequest) -> Granted:
        """Raises `FaultError`: `identity.parameter-missing`, `identity.user-wrong`."""
        name, password = request.required("username"), request.required("password")
        wrong = FaultError(fault("identity.user-wrong", tenant=request.tenant.subdomain))
        if len(password) > PASSWORD_LIMIT:
            raise wrong
        async with self._db.read() as session:
            check = await UserRepository(session).check(request.tenant.id, name)
        user = await check.matches(Secret(password))
        if user is None:
            raise wrong
        claims = user_claims(request.tenant.id, user)
        return Granted(claims["user_id"], ("openid", *(s for s in user.scopes if s != "openid")), claims)
