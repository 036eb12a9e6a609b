"""What people may do. A user token carries the person's roles in `xs.system.attributes."xs.rolecollections"`.

A role stands there by its name; one that holds for a single service instance as `<name>@<instance id>`. An
administrator's role includes the viewer's. Roles come from the store when a token is issued: who loses one keeps it in
tokens that were issued before, until they expire.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from landbridge.model.role import Role, RoleAssignment
from landbridge.model.token import VerifiedToken


class Action(StrEnum):
    """What somebody wants to do. Fragments and labels go with destinations, trust key pairs with certificates."""

    READ_DESTINATIONS = "read destinations"
    WRITE_DESTINATIONS = "change destinations"
    READ_CERTIFICATES = "read certificates"
    WRITE_CERTIFICATES = "change certificates"
    MANAGE_CONNECTORS = "manage connectors"


_SUFFICE = {
    Action.READ_DESTINATIONS: (Role.DESTINATION_VIEWER, Role.DESTINATION_ADMINISTRATOR),
    Action.WRITE_DESTINATIONS: (Role.DESTINATION_ADMINISTRATOR,),
    Action.READ_CERTIFICATES: (Role.CERTIFICATE_VIEWER, Role.CERTIFICATE_ADMINISTRATOR),
    Action.WRITE_CERTIFICATES: (Role.CERTIFICATE_ADMINISTRATOR,),
    Action.MANAGE_CONNECTORS: (Role.CLOUD_CONNECTOR_ADMINISTRATOR,),
}


def allows(token: VerifiedToken, action: Action, level: tuple[str, str | None]) -> bool:
    """Whether the person behind `token` may do `action` on a level: (subaccount id, instance id or None).

    None is the level of the subaccount; a role for one instance does not reach it. A technical token has no roles.
    """
    subaccount_id, instance_id = level
    if token.tenant != subaccount_id or not token.is_user_token:
        return False
    held = held_roles(token)
    names = {role.value for role in _SUFFICE[action]}
    if instance_id is not None:
        names |= {f"{name}@{instance_id}" for name in names}
    return bool(names & held)


def held_roles(token: VerifiedToken) -> frozenset[str]:
    """The roles in a token, as they are written there."""
    system = token.claims.get("xs.system.attributes")
    roles = system.get("xs.rolecollections") if isinstance(system, Mapping) else None
    return frozenset(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else frozenset()


def written(assignments: Iterable[RoleAssignment]) -> list[str]:
    """Role assignments as a token carries them."""
    return sorted(one.role.value + (f"@{one.instance_id}" if one.instance_id else "") for one in assignments)
