"""The claims of our tokens (destination-service §5.5)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from landbridge.identity.issuer import Issuer
from landbridge.identity.request import Granted, GrantRequest
from landbridge.model.subaccount import User

ENHANCER = "XSUAA"
ORIGIN = "sap.default"
"""The identity provider that users of a subaccount itself come from, by the name that clients know."""

USER_CLAIMS = (
    "user_id",
    "user_uuid",
    "user_name",
    "email",
    "given_name",
    "family_name",
    "origin",
    "xs.user.attributes",
    "xs.system.attributes",
    "az_attr",
    "ext_cxt",
)
"""What a token says about a person; an exchange copies them as they are."""


def token_claims(
    request: GrantRequest, granted: Granted, scopes: tuple[str, ...], issuer: Issuer, now: float
) -> dict[str, Any]:
    """All claims of the token that is `granted`, issued at `now`."""
    client, tenant = request.client, request.tenant
    return {
        **granted.claims,
        "jti": uuid.uuid4().hex,
        "ext_attr": {
            "enhancer": ENHANCER,
            "subaccountid": tenant.id,
            "zdn": tenant.subdomain,
            "serviceinstanceid": client.instance_id,
        },
        "sub": granted.subject,
        "cid": client.id,
        "client_id": client.id,
        "azp": client.id,
        "grant_type": request.parameters["grant_type"],
        "scope": list(scopes),
        "iat": int(now),
        "exp": int(now) + issuer.lifetime,
        "iss": issuer.iss(tenant.subdomain),
        "zid": tenant.id,
        "aud": _audience(client.id, client.xsappname, scopes),
    }


def user_claims(subaccount_id: str, user: User) -> dict[str, Any]:
    """What a token says about a user. The id is derived, so that it stays the same when the user is made again."""
    user_id = str(uuid.uuid5(uuid.UUID(subaccount_id), user.name))
    email = user.email or (user.name if "@" in user.name else "")
    optional = {"email": email, "given_name": user.given_name, "family_name": user.family_name}
    return {
        "user_id": user_id,
        "user_uuid": user_id,
        "user_name": user.name,
        **{name: value for name, value in optional.items() if value},
        "origin": ORIGIN,
        "xs.user.attributes": {name: list(values) for name, values in user.attributes.items()},
        "xs.system.attributes": {"xs.saml.groups": list(user.groups), "xs.rolecollections": []},
    }


def copied_user_claims(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The user claims of another token."""
    return {name: claims[name] for name in USER_CLAIMS if name in claims}


def _audience(client_id: str, xsappname: str, scopes: tuple[str, ...]) -> list[str]:
    """The client, its application, and the token service itself where a scope is for that.

    Prefixes of other scopes stay out: they would make the token good for applications that nobody asked about.
    """
    own = [scope.partition(".")[0] for scope in scopes if scope in ("openid", "uaa.resource", "uaa.user")]
    return list(dict.fromkeys([*own, client_id, *([xsappname] if xsappname else [])]))
