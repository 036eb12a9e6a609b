"""password: a token for a user of the tenant who tells the password."""

from __future__ import annotations

from landbridge.identity.login import Login
from landbridge.identity.request import Granted, GrantRequest

GRANT_TYPE = "password"


class PasswordGrant:
    """Checks name and password against the users of the tenant."""

    def __init__(self, login: Login) -> None:
        self._login = login

    async def __call__(self, request: GrantRequest) -> Granted:
        """Raises `FaultError`: `identity.parameter-missing`, `identity.user-wrong`, `identity.too-many-failures`."""
        name, password = request.required("username"), request.required("password")
        person = await self._login.person(request.tenant, name, password, request.address)
        return Granted(person.subject, person.scopes, person.claims, person.user, renews=True)
