"""People of a tenant: its own users, and those whom a trusted issuer vouches for (shadow users).

A shadow user is known here as `<issuer>/<name>`. A user of that name, if there is one, says what the person may do;
roles are assigned to that name, too. So a foreign issuer can never speak for one of the tenant's own users.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from landbridge.identity.claims import ORIGIN, foreign_claims, user_claims
from landbridge.identity.roles import written
from landbridge.model.subaccount import Subaccount, User
from landbridge.store import RoleRepository, Session, UserRepository


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody a token can be issued for.

    user    name of the tenant's own user, empty for a shadow user
    claims  what the token says about the person
    """

    user: str
    subject: str
    scopes: tuple[str, ...]
    claims: Mapping[str, Any]


async def own_person(session: Session, tenant: Subaccount, name: str) -> Person | None:
    """A user of the tenant; None when there is none of that name."""
    user = await UserRepository(session).get(tenant.id, name)
    return await person_of(session, tenant, user) if user else None


async def person_of(session: Session, tenant: Subaccount, user: User) -> Person:
    """A user of the tenant with the roles assigned to it."""
    roles = written(await RoleRepository(session).of(tenant.id, user.name))
    claims = user_claims(tenant.id, user, roles)
    return Person(user.name, claims["user_id"], _scopes(user.scopes), claims)


async def own_person_by_mail(session: Session, tenant: Subaccount, email: str) -> Person | None:
    """The user with this mail address; None when nobody or more than one has it."""
    users = [user for user in await UserRepository(session).list(tenant.id) if email in (user.email, user.name)]
    return await person_of(session, tenant, users[0]) if len(users) == 1 else None


async def shadow_person(session: Session, tenant: Subaccount, issuer: str, claims: Mapping[str, Any]) -> Person:
    """Somebody whom `issuer` vouches for. Of its claims only those about identity count, never scopes or roles."""
    name = next((str(claims[key]) for key in _NAME_CLAIMS if claims.get(key)), "")
    shadow = f"{issuer}/{name}"
    user = await UserRepository(session).get(tenant.id, shadow)
    roles = written(await RoleRepository(session).of(tenant.id, shadow))
    about = foreign_claims(tenant.id, issuer, name, claims, user, roles)
    return Person("", about["user_id"], _scopes(user.scopes if user else ()), about)


_NAME_CLAIMS = ("user_name", "preferred_username", "email", "mail", "sub")


def _scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(("openid", *scopes)))


def is_own(claims: Mapping[str, Any]) -> bool:
    """Whether the claims speak of a user of the tenant itself."""
    return claims.get("origin") == ORIGIN
