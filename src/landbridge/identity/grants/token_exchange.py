"""token-exchange: a token or assertion is exchanged for a token of the calling client (RFC 8693)."""

from __future__ import annotations

from typing import Any

from landbridge.faults import FaultError, fault
from landbridge.identity.grants.assertion import Assertions
from landbridge.identity.grants.saml2_bearer import SamlAssertions
from landbridge.identity.people import Person
from landbridge.identity.request import Granted, GrantRequest

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange"

_TYPE = "urn:ietf:params:oauth:token-type:"
_JWTS = (f"{_TYPE}access_token", f"{_TYPE}jwt", f"{_TYPE}id_token")
_SAML = f"{_TYPE}saml2"
_ISSUED = (f"{_TYPE}access_token", f"{_TYPE}jwt", f"{_TYPE}refresh_token")


class TokenExchangeGrant:
    """The subject is a person; an actor, if one is named, is written into the claim `act`."""

    def __init__(self, assertions: Assertions, saml: SamlAssertions) -> None:
        self._assertions = assertions
        self._saml = saml

    async def __call__(self, request: GrantRequest) -> Granted:
        """Raises `FaultError`: `identity.parameter-missing`, `-token-type-unsupported`, `-assertion-*`."""
        issued = _supported(request, "requested_token_type", _ISSUED, _ISSUED[0])
        person = await self._subject(request)
        claims = {**person.claims, **self._actor(request)}
        return Granted(
            person.subject,
            person.scopes,
            claims,
            person.user,
            renews=issued == _ISSUED[2],
            answer={"issued_token_type": issued},
        )

    async def _subject(self, request: GrantRequest) -> Person:
        token = request.required("subject_token")
        request.required("subject_token_type")
        kind = _supported(request, "subject_token_type", (*_JWTS, _SAML), "")
        return await (
            self._saml.person(token, request) if kind == _SAML else self._assertions.person(token, request.tenant)
        )

    def _actor(self, request: GrantRequest) -> dict[str, Any]:
        token = request.parameters.get("actor_token", "")
        if not token:
            return {}
        request.required("actor_token_type")
        _supported(request, "actor_token_type", _JWTS, "")
        actor = self._assertions.technical(token, request.tenant)
        return {"act": {"sub": actor.claims.get("sub", actor.client_id), "client_id": actor.client_id}}


def _supported(request: GrantRequest, parameter: str, known: tuple[str, ...], default: str) -> str:
    value = request.parameters.get(parameter) or default
    if value not in known:
        raise FaultError(
            fault("identity.token-type-unsupported", parameter=parameter, type=value[:100], known=", ".join(known))
        )
    return value
