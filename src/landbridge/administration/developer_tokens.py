"""Tokens for developers, without a password: what the token service would issue, signed with the real key.

The laptop profile only; `api/development.py` guards it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from landbridge.identity.claims import token_claims
from landbridge.identity.grants import client_credentials, password
from landbridge.identity.issuer import Issuer
from landbridge.identity.keys import KeyRing
from landbridge.identity.people import Person
from landbridge.identity.request import Granted, GrantRequest
from landbridge.model.clock import Clock
from landbridge.model.subaccount import Client, Subaccount


@dataclass(frozen=True, slots=True)
class Minting:
    """What token is wanted.

    claims    written over those that the token would have; null takes one away
    lifetime  seconds; None for the usual, negative for a token that has expired
    """

    client: Client
    tenant: Subaccount
    person: Person | None
    claims: Mapping[str, Any]
    lifetime: int | None = None


def mint(wanted: Minting, keyring: KeyRing, issuer: Issuer, clock: Clock) -> dict[str, object]:
    """The answer of the token endpoint for the client, on behalf of the person if there is one."""
    if wanted.person is None:
        kind, granted = client_credentials.GRANT_TYPE, _for_client(wanted.client)
    else:
        kind, granted = password.GRANT_TYPE, _for_person(wanted.person)
    if wanted.lifetime is not None:
        issuer = replace(issuer, lifetime=wanted.lifetime)
    request = GrantRequest(wanted.client, wanted.tenant, {"grant_type": kind})
    claims = token_claims(request, granted, granted.scopes, issuer, clock()) | dict(wanted.claims)
    claims = {name: value for name, value in claims.items() if value is not None}
    return {
        "access_token": keyring.sign(claims, issuer.jku(wanted.tenant.subdomain)),
        "token_type": "bearer",
        "expires_in": issuer.lifetime,
        "scope": " ".join(granted.scopes),
        "jti": claims.get("jti", ""),
    }


def _for_client(client: Client) -> Granted:
    scopes = client_credentials.SCOPES
    return Granted(subject=client.id, scopes=scopes, claims={"authorities": list(scopes)})


def _for_person(person: Person) -> Granted:
    return Granted(person.subject, person.scopes, person.claims)
