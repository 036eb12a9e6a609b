"""Who the user is in an assertion: the user-id rule and the attributes (destination-service §4.7). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from landbridge.faults import FaultError, fault
from landbridge.model.destination import Destination

_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:"
UNSPECIFIED = f"{_FORMAT}unspecified"
_CLAIMS = {UNSPECIFIED: "user_name", f"{_FORMAT}emailAddress": "email"}
_SOURCE = "userIdSource"
_PATH_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a destination says about the user part of its assertions.

    source      userIdSource: a claim, or a JSONPath that begins with `$`
    is_plain    whether custom attributes lose their prefix
    leave_uuid  whether user_uuid is left out
    """

    source: str
    name_id_format: str
    is_plain: bool
    leave_uuid: bool

    @classmethod
    def of(cls, destination: Destination) -> Wishes:
        def flag(key: str) -> bool:
            return destination.get(key).strip().lower() == "true"

        return cls(
            destination.get(_SOURCE),
            destination.get("nameIdFormat") or UNSPECIFIED,
            flag("skipUserAttributesPrefixInSAMLAttributes"),
            flag("skipUserUuidInSAMLAttributes"),
        )


def from_token(wishes: Wishes, claims: Mapping[str, Any]) -> str:
    """The user's id in the token; empty when it is to be looked for elsewhere.

    Raises `FaultError` for a format without a claim of its own, or a token without that claim.
    """
    if wishes.source:
        return _sought(wishes.source, claims)
    claim = _CLAIMS.get(wishes.name_id_format)
    if claim is None:
        reason = "without userIdSource it must end in emailAddress or unspecified"
        raise FaultError(fault("destination.property-invalid", property="nameIdFormat", reason=reason))
    found = _text(claims.get(claim))
    if not found:
        raise FaultError(fault("destination.user-id-undetermined", source=f"claim {claim}"))
    return found


def from_user_info(wishes: Wishes, info: Mapping[str, Any]) -> str:
    """The user's id among the custom attributes that the token service knows. Raises `FaultError`."""
    custom = _mapping(info.get("user_attributes"))
    for place in (custom, info):
        found = _sought(wishes.source, place)
        if found:
            return found
    raise FaultError(fault("destination.user-id-undetermined", source=f"{_SOURCE} {wishes.source[:100]}"))


def attributes(wishes: Wishes, claims: Mapping[str, Any], info: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The attributes of the assertion. Custom ones come from the user info, else from the token."""
    said = {name: _texts(value) for name, value in info.items() if name != "user_attributes"}
    custom = _mapping(info.get("user_attributes")) or _mapping(claims.get("xs.user.attributes"))
    prefix = "" if wishes.is_plain else "user_attributes."
    said |= {f"{prefix}{name}": _texts(value) for name, value in custom.items() if name != "xs.saml.groups"}
    system = _mapping(claims.get("xs.system.attributes"))
    said["Groups"] = tuple(
        dict.fromkeys((*_texts(system.get("xs.saml.groups")), *_texts(custom.get("xs.saml.groups"))))
    )
    said.pop("user_uuid", None)
    if not wishes.leave_uuid:
        said["user_uuid"] = _texts(claims.get("user_uuid"))
    return {name: values for name, values in said.items() if values}


def _sought(source: str, place: Mapping[str, Any]) -> str:
    """The first text that `source` finds. Filters and searches through all levels are refused: they cost too much."""
    if not source.startswith("$"):
        return _text(place.get(source))
    import jsonpath  # rarely needed, and slow to load

    reason = ""
    if len(source) > _PATH_LIMIT or "?" in source or ".." in source:
        reason = f"a path has at most {_PATH_LIMIT} characters, no filters and no '..'"
    try:
        found = [] if reason else jsonpath.findall(source, dict(place))
    except jsonpath.JSONPathError:
        found, reason = [], "it is no JSONPath"
    if reason:
        raise FaultError(fault("destination.property-invalid", property=_SOURCE, reason=reason))
    return next((text for text in map(_text, found) if text), "")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    """A value as text: the first of a list, nothing for what is no scalar."""
    texts = _texts(value)
    return texts[0] if texts else ""


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(_scalar(item) for item in values if isinstance(item, str | int | float) and _scalar(item))


def _scalar(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
