"""authorization_code: the code that a login gave is exchanged for a token (RFC 6749 §4.1.3, RFC 7636)."""

from __future__ import annotations

from landbridge.faults import FaultError, fault
from landbridge.identity import scopes
from landbridge.identity.codes import AuthorizationCodes, family_of
from landbridge.identity.people import own_person
from landbridge.identity.request import Granted, GrantRequest
from landbridge.store import Database

GRANT_TYPE = "authorization_code"


class AuthorizationCodeGrant:
    """Takes codes that the same client got for the same tenant."""

    def __init__(self, db: Database, codes: AuthorizationCodes) -> None:
        self._db = db
        self._codes = codes

    async def __call__(self, request: GrantRequest) -> Granted:
        """Raises `FaultError`: `identity.parameter-missing`, `identity.code-*`, `identity.user-gone`."""
        code = request.required("code")
        redirect_uri = request.parameters.get("redirect_uri", "")
        verifier = request.parameters.get("code_verifier", "")
        content = await self._codes.take(code, request.client.id, redirect_uri, verifier)
        if content.subaccount_id != request.tenant.id:
            raise FaultError(fault("identity.code-of-another", client=request.client.id))
        async with self._db.read() as session:
            person = await own_person(session, request.tenant, content.user)
        if person is None:
            raise FaultError(fault("identity.user-gone", user=content.user, tenant=request.tenant.subdomain))
        return Granted(
            person.subject,
            scopes.narrow(person.scopes, content.scope),
            person.claims,
            person.user,
            renews=True,
            family=family_of(code),
            openid="openid" in scopes.split(content.scope),
            nonce=content.nonce,
        )
