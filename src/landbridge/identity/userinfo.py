"""What /userinfo says about the person behind a token; the Destination service asks it, too (§4.7)."""

from __future__ import annotations

from typing import Any

from landbridge.model.token import VerifiedToken

ATTRIBUTES_SCOPE = "user_attributes"
_CLAIMS = ("user_id", "user_uuid", "user_name", "email", "given_name", "family_name", "origin", "zid")


def userinfo(token: VerifiedToken) -> dict[str, Any]:
    """The identity, and with the scope `user_attributes` the custom attributes and groups of the person."""
    claims = token.claims
    names = [str(claims[name]) for name in ("given_name", "family_name") if claims.get(name)]
    about: dict[str, Any] = {
        "sub": claims.get("sub"),
        "name": " ".join(names) or claims.get("user_name"),
        **{name: claims[name] for name in _CLAIMS if name in claims},
    }
    if ATTRIBUTES_SCOPE in claims.get("scope", ()):
        system = claims.get("xs.system.attributes", {})
        groups = {"xs.saml.groups": system["xs.saml.groups"]} if system.get("xs.saml.groups") else {}
        about["user_attributes"] = {**claims.get("xs.user.attributes", {}), **groups}
    return about
