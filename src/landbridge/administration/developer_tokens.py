"""Tokens for developers, without a password: what the token service would issue, signed with the real key.

The laptop profile only; `api/admin.py` guards it.
"""

from __future__ import annotations

from landbridge.identity.claims import token_claims, user_claims
from landbridge.identity.grants import client_credentials, password
from landbridge.identity.issuer import Issuer
from landbridge.identity.keys import KeyRing
from landbridge.identity.request import Granted, GrantRequest
from landbridge.model.clock import Clock
from landbridge.model.subaccount import Client, Subaccount, User


def mint(
    client: Client, tenant: Subaccount, user: User | None, keyring: KeyRing, issuer: Issuer, clock: Clock
) -> dict[str, object]:
    """The answer of the token endpoint for `client`, on behalf of `user` if there is one."""
    if user is None:
        kind, granted = client_credentials.GRANT_TYPE, _for_client(client)
    else:
        kind, granted = password.GRANT_TYPE, _for_user(tenant, user)
    request = GrantRequest(client, tenant, {"grant_type": kind})
    claims = token_claims(request, granted, granted.scopes, issuer, clock())
    return {
        "access_token": keyring.sign(claims, issuer.jku(tenant.subdomain)),
        "token_type": "bearer",
        "expires_in": issuer.lifetime,
        "scope": " ".join(granted.scopes),
        "jti": claims["jti"],
    }


def _for_client(client: Client) -> Granted:
    scopes = client_credentials.SCOPES
    return Granted(subject=client.id, scopes=scopes, claims={"authorities": list(scopes)})


def _for_user(tenant: Subaccount, user: User) -> Granted:
    claims = user_claims(tenant.id, user)
    return Granted(claims["user_id"], tuple(dict.fromkeys(("openid", *user.scopes))), claims)
