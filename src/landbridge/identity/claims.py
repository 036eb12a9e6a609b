"""The claims of our tokens (destination-service §5.5)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
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
    claims = {
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
    return claims | bound(request)


def bound(request: GrantRequest) -> dict[str, Any]:
    """The claim that binds a token to the certificate its client proved itself with (RFC 8705 §3.1)."""
    return {"cnf": {"x5t#S256": request.thumbprint}} if request.thumbprint else {}


def id_claims(request: GrantRequest, granted: Granted, claims: Mapping[str, Any], now: float) -> dict[str, Any]:
    """The claims of the ID token beside an access token with `claims`: about the person, for the client alone.

    It names no client by `azp` or `cid`: so nobody can pass it off as an access token here.
    """
    about = {name: granted.claims[name] for name in _ID_CLAIMS if name in granted.claims}
    shared = {name: claims[name] for name in ("iss", "sub", "exp", "iat", "zid", "app_tid") if name in claims}
    nonce = {"nonce": granted.nonce} if granted.nonce else {}
    return {**about, **shared, **nonce, "aud": [request.client.id], "auth_time": int(now)}


_ID_CLAIMS = ("user_id", "user_uuid", "user_name", "email", "given_name", "family_name", "origin")


def user_claims(subaccount_id: str, user: User, roles: Sequence[str] = ()) -> dict[str, Any]:
    """What a token says about a user. The id is derived, so that it stays the same when the user is made again."""
    email = user.email or (user.name if "@" in user.name else "")
    names = {"email": email, "given_name": user.given_name, "family_name": user.family_name}
    return _about(subaccount_id, user.name, user.name, ORIGIN, names) | _attributes(user, user.groups, roles)


def foreign_claims(
    subaccount_id: str, issuer: str, name: str, claims: Mapping[str, Any], user: User | None, roles: Sequence[str]
) -> dict[str, Any]:
    """What our token says about somebody whom `issuer` vouches for with `claims`; its scopes and roles do not count."""
    names = {key: str(claims[key]) for key in ("email", "given_name", "family_name") if claims.get(key)}
    about = _about(subaccount_id, name, f"{issuer}/{claims.get('sub') or name}", issuer, names)
    groups = claims.get("groups")
    told = tuple(one for one in groups if isinstance(one, str)) if isinstance(groups, list) else ()
    return about | _attributes(user, (*(user.groups if user else ()), *told), roles)


def _about(subaccount_id: str, name: str, identity: str, origin: str, names: Mapping[str, str]) -> dict[str, Any]:
    user_id = str(uuid.uuid5(uuid.UUID(subaccount_id), identity))
    known = {key: value for key, value in names.items() if value}
    return {"user_id": user_id, "user_uuid": user_id, "user_name": name, **known, "origin": origin}


def _attributes(user: User | None, groups: Sequence[str], roles: Sequence[str]) -> dict[str, Any]:
    return {
        "xs.user.attributes": {key: list(values) for key, values in user.attributes.items()} if user else {},
        "xs.system.attributes": {"xs.saml.groups": list(groups), "xs.rolecollections": list(roles)},
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
