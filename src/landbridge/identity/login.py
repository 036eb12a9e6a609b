"""Logins of a tenant's own users with a password: the one place that checks it, and counts what fails."""

from __future__ import annotations

from landbridge.faults import FaultError, fault
from landbridge.identity.people import Person, person_of
from landbridge.identity.throttle import Throttle
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Subaccount, User
from landbridge.store import Database, UserRepository

PASSWORD_LIMIT = 1024
"""Longest password that is hashed at all."""


class Login:
    """Checks name and password against the users of a tenant; argon2 runs in a thread."""

    def __init__(self, db: Database, throttle: Throttle) -> None:
        self._db = db
        self._throttle = throttle

    async def person(self, tenant: Subaccount, name: str, password: str, address: str) -> Person:
        """The user. Raises `FaultError`: `identity.user-wrong`, `identity.too-many-failures`."""
        user = await self._throttle.guard(f"{tenant.id}/{name}", address, lambda: self._check(tenant, name, password))
        if user is None:
            raise FaultError(fault("identity.user-wrong", tenant=tenant.subdomain))
        async with self._db.read() as session:
            return await person_of(session, tenant, user)

    async def _check(self, tenant: Subaccount, name: str, password: str) -> User | None:
        if len(password) > PASSWORD_LIMIT:
            return None
        async with self._db.read() as session:
            check = await UserRepository(session).check(tenant.id, name)
        return await check.matches(Secret(password))
