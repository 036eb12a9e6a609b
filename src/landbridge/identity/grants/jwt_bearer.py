"""jwt-bearer: a user token of one client is exchanged for one of the calling client, for the same person."""

from __future__ import annotations

from landbridge.identity.grants.assertion import Assertions
from landbridge.identity.grants.authorities import attributes
from landbridge.identity.request import Granted, GrantRequest

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class JwtBearerGrant:
    """Takes user tokens that this token service issued for the same tenant, and those of issuers the tenant trusts."""

    def __init__(self, assertions: Assertions) -> None:
        self._assertions = assertions

    async def __call__(self, request: GrantRequest) -> Granted:
        """Raises `FaultError`: `identity.parameter-missing`, `identity.assertion-*`.

        A refresh token is given where `refresh_expiry` asks for one: it costs a write, and few clients use it.
        """
        person = await self._assertions.person(request.required("assertion"), request.tenant)
        claims = {**person.claims, **attributes(request.parameters)}
        expiry = request.parameters.get("refresh_expiry", "")
        renews = expiry.isdecimal() and expiry.strip("0") != ""
        return Granted(person.subject, person.scopes, claims, person.user, renews=renews)
