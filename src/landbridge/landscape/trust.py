"""The lists of a subaccount that concern others: `subscriptions`, `trusted_issuers` and `roles`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from landbridge.landscape.fields import Fields, Once
from landbridge.model.identifiers import is_guid
from landbridge.model.role import Role, RoleAssignment
from landbridge.model.subscription import Subscription
from landbridge.model.trust import TrustedIssuer

_KEYS = ("jwks", "jwks_uri", "discovery")


def read_subscriptions(owner: Fields, subscriber: str, subdomains: Mapping[str, str]) -> tuple[Subscription, ...]:
    """Whose applications the subaccount uses. `subdomains`: subdomain → id of the subaccounts of the same file."""
    once = Once()
    return tuple(_subscription(fields, subscriber, subdomains, once) for fields in owner.tables("subscriptions"))


def _subscription(fields: Fields, subscriber: str, subdomains: Mapping[str, str], once: Once) -> Subscription:
    fields.only("provider", "application")
    provider = provider_of(fields, subscriber, subdomains)
    application = fields.text("application")
    once.check((provider, application), fields, "application")
    return Subscription(subscriber, provider, application)


def provider_of(fields: Fields, subscriber: str, subdomains: Mapping[str, str]) -> str:
    """The id of the subaccount that the field `provider` names."""

    def check(given: str) -> str | None:
        if subdomains.get(given, given) == subscriber:
            return "another subaccount than this one"
        known = given in subdomains or is_guid(given)
        return None if known else "the subdomain or id of a subaccount of this file, or any lower-case GUID"

    given = fields.text("provider", check=check)
    return subdomains.get(given, given)


def read_issuers(owner: Fields, subaccount: str) -> tuple[TrustedIssuer, ...]:
    """Foreign issuers whose tokens the subaccount accepts."""
    once = Once()
    return tuple(_issuer(fields, subaccount, once) for fields in owner.tables("trusted_issuers"))


def _issuer(fields: Fields, subaccount: str, once: Once) -> TrustedIssuer:
    fields.only("issuer", *_KEYS, "audience")
    issuer = fields.text("issuer")
    if issuer:
        once.check(issuer, fields, "issuer")
    given = [key for key in _KEYS if fields.has(key)]
    if len(given) != 1:
        fields.wrong("issuer", f"{len(given)} of {', '.join(_KEYS)}", "exactly one of them: where its keys are")
    return TrustedIssuer(
        subaccount,
        issuer,
        jwks=fields.text("jwks", "", check=_jwks_rule),
        jwks_uri=fields.text("jwks_uri", "", check=_url_rule),
        discovery=fields.text("discovery", "", check=_url_rule),
        audience=fields.text("audience", ""),
    )


def read_roles(owner: Fields, subaccount: str, instances: Mapping[str, str]) -> tuple[RoleAssignment, ...]:
    """What people may do. `instances`: name → id of the subaccount's instances."""
    once = Once()
    return tuple(_role(fields, subaccount, instances, once) for fields in owner.tables("roles"))


def _role(fields: Fields, subaccount: str, instances: Mapping[str, str], once: Once) -> RoleAssignment:
    fields.only("person", "role", "instance")
    person = fields.text("person")
    role = fields.choice("role", Role, Role.DESTINATION_VIEWER, required=True)
    known = ", ".join(instances) or "none"
    name = fields.text("instance", "", check=lambda given: None if given in instances else f"an instance: {known}")
    once.check((person, role, name), fields, "person")
    return RoleAssignment(subaccount, person, role, instances.get(name))


def _jwks_rule(given: str) -> str | None:
    try:
        keys = json.loads(given)
    except (ValueError, RecursionError):
        keys = None
    sound = isinstance(keys, dict) and isinstance(keys.get("keys"), list)
    return None if sound else 'a key set in JSON: {"keys": [...]}'


def _url_rule(given: str) -> str | None:
    try:
        parts = urlsplit(given)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        sound = False
    return None if sound else "a URL like https://host/path"
