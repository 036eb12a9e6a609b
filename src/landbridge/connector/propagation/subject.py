"""From claims to a subject: variables, rules in order, the distinguished name (cloud-connector §3.2 steps 4 to 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from landbridge.connector.propagation.token import UserToken
from landbridge.model.propagation import SUBJECT_FIELDS, Condition, SubjectRule

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_PERSON_NAMES = ("user_name", "email", "mail", "user_uuid", "sub")
_CLIENT_NAMES = ("client_id", "cid", "sub", "azp")
_OIDS = {
    "CN": NameOID.COMMON_NAME,
    "EMAIL": NameOID.EMAIL_ADDRESS,
    "L": NameOID.LOCALITY_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "C": NameOID.COUNTRY_NAME,
}


class Unresolved(Exception):
    """No subject: the text says which variable or rule is to blame."""


def variables(token: UserToken) -> dict[str, str]:
    """What patterns may name: claims of the root, user attributes above them, and the virtual ones."""
    claims = token.claims
    found = {name: text for name, value in claims.items() if (text := _text(value)) is not None}
    attributes = claims.get("xs.user.attributes")
    if isinstance(attributes, Mapping):
        for name, value in attributes.items():
            text = _text(value)
            if text is None:
                continue
            if name in found:
                found[f"cp.{name}"] = found[name]
            found[str(name)] = text
    found["user_type"] = "Technical" if token.technical else "Business"
    name = next((found[key] for key in (_CLIENT_NAMES if token.technical else _PERSON_NAMES) if found.get(key)), "")
    if name:
        found["name"] = name
    for alias, sources in (
        ("mail", ("mail", "email")),
        ("email", ("email", "mail")),
        ("display_name", ("display_name", "name")),
        ("login_name", ("login_name", "user_name")),
    ):
        source = next((found[key] for key in sources if found.get(key)), "")
        if source and alias not in found:
            found[alias] = source
    return found


def subject(rules: tuple[SubjectRule, ...], found: Mapping[str, str]) -> tuple[x509.Name, int]:
    """(subject, number of the rule, from 1) of the first rule that holds. Raises `Unresolved`."""
    for number, rule in enumerate(rules, 1):
        if _holds(rule, found):
            return _name(rule, found), number
    raise Unresolved("no rule holds for this token")


def _holds(rule: SubjectRule, found: Mapping[str, str]) -> bool:
    value = found.get(rule.claim)
    match rule.condition:
        case Condition.ALWAYS:
            return True
        case Condition.EXISTS:
            return value is not None
        case Condition.MISSING:
            return value is None
        case Condition.IS:
            return value == rule.value
        case Condition.IS_NOT:
            return value is not None and value != rule.value


def _name(rule: SubjectRule, found: Mapping[str, str]) -> x509.Name:
    def fill(match: re.Match[str]) -> str:
        value = found.get(match[1])
        if not value:
            raise Unresolved(f"the token has no '{match[1]}'")
        return value

    patterns = dict(rule.fields)
    attributes = []
    for field in SUBJECT_FIELDS:
        if field in patterns:
            text = _VARIABLE.sub(fill, patterns[field])
            try:
                attributes.append(x509.NameAttribute(_OIDS[field], text))
            except ValueError:
                raise Unresolved(f"'{field}' cannot hold that value (too long, or no country code)") from None
    if not attributes:
        raise Unresolved("the rule names no attribute")
    return x509.Name(attributes)


def _text(value: Any) -> str | None:
    """A claim as text; of a list the first element counts."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) and value != "" else None
