"""jwt-bearer: a user token of one client is exchanged for one of the calling client, for the same person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from landbridge.faults import FaultError, fault
from landbridge.identity.claims import copied_user_claims
from landbridge.identity.request import Granted, GrantRequest
from landbridge.identity.verify import Rejection, TokenRejected, TokenVerifier
from landbridge.model.token import VerifiedToken

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class JwtBearerGrant:
    """Takes user tokens that this token service issued for the same tenant, nothing else."""

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    async def __call__(self, request: GrantRequest) -> Granted:
        """Raises `FaultError`: `identity.parameter-missing`, `identity.assertion-*`."""
        assertion = self._verified(request.required("assertion"))
        if assertion.tenant != request.tenant.id:
            raise FaultError(fault("identity.assertion-foreign", tenant=request.tenant.subdomain))
        if not assertion.is_user_token:
            raise FaultError(fault("identity.assertion-technical"))
        claims = copied_user_claims(assertion.claims)
        subject = assertion.claims.get("sub") or claims.get("user_id") or claims["user_name"]
        return Granted(str(subject), _scopes(assertion.claims.get("scope")), claims)

    def _verified(self, assertion: str) -> VerifiedToken:
        try:
            return self._verifier.verify(assertion)
        except TokenRejected as rejected:
            if rejected.rejection is Rejection.EXPIRED and rejected.expired is not None:
                when = datetime.fromtimestamp(rejected.expired, UTC).isoformat(timespec="seconds")
                raise FaultError(fault("identity.assertion-expired", expired=when)) from rejected
            raise FaultError(fault("identity.assertion-invalid", reason=rejected.detail)) from rejected


def _scopes(claim: Any) -> tuple[str, ...]:
    """What the assertion may do; an exchange never adds to it."""
    return tuple(scope for scope in claim if isinstance(scope, str)) if isinstance(claim, list) else ()
