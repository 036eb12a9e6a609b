"""People: users of subaccounts, their roles, and administrators."""

from __future__ import annotations

from types import MappingProxyType

from landbridge.administration.desk import Desk, find_instance, find_user
from landbridge.api.admin_bodies import Answer
from landbridge.api.people import AdministratorWish, RoleWish, UserWish
from landbridge.faults import FaultError, fault
from landbridge.model.role import Administrator, Role, RoleAssignment
from landbridge.model.secret import Secret
from landbridge.model.subaccount import User
from landbridge.store import (
    AdministratorRepository,
    GrantRepository,
    RoleRepository,
    Session,
    UserRepository,
)


class People:
    """See `landbridge.api.people.PeopleDesk`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def users(self, subaccount: str) -> list[Answer]:
        async with self._desk.parts.db.read() as session:
            found = await self._desk.subaccount(session, subaccount)
            return [_user(one) for one in await UserRepository(session).list(found.id)]

    async def put_user(self, subaccount: str, wish: UserWish) -> Answer:
        user = User(
            wish.name,
            Secret(wish.password),
            wish.email,
            wish.given_name,
            wish.family_name,
            wish.scopes,
            wish.groups,
            MappingProxyType(dict(wish.attributes)),
        )
        async with self._desk.parts.db.begin() as session:
            found = await self._desk.subaccount(session, subaccount)
            await UserRepository(session).put(found.id, user)
        return _user(user)

    async def delete_user(self, subaccount: str, name: str) -> None:
        """The user's refresh tokens go, too: the next one of the name must not inherit them."""
        async with self._desk.parts.db.begin() as session:
            found = await self._desk.subaccount(session, subaccount)
            user = await find_user(session, found, name)
            await GrantRepository(session).revoke(found.id, user=user.name)
            await UserRepository(session).delete(found.id, user.name)

    async def roles(self, subaccount: str) -> list[Answer]:
        async with self._desk.parts.db.read() as session:
            found = await self._desk.subaccount(session, subaccount)
            return [_role(one) for one in await RoleRepository(session).list(found.id)]

    async def give_role(self, subaccount: str, wish: RoleWish) -> Answer:
        async with self._desk.parts.db.begin() as session:
            assignment = await self._assignment(session, subaccount, wish)
            await RoleRepository(session).put(assignment)
        return _role(assignment)

    async def take_role(self, subaccount: str, wish: RoleWish) -> None:
        async with self._desk.parts.db.begin() as session:
            assignment = await self._assignment(session, subaccount, wish)
            if not await RoleRepository(session).delete(assignment):
                raise FaultError(fault("platform.unknown-role", person=wish.person[:100], role=wish.role.value))

    async def administrators(self) -> list[Answer]:
        self._desk.demand_installation("Listing administrators")
        async with self._desk.parts.db.read() as session:
            return [_administrator(one) for one in await AdministratorRepository(session).list()]

    async def put_administrator(self, wish: AdministratorWish) -> Answer:
        self._desk.demand_installation("Naming administrators")
        async with self._desk.parts.db.begin() as session:
            only = (await self._desk.subaccount(session, wish.subaccount)).id if wish.subaccount else None
            administrator = Administrator(wish.name, Secret(wish.password), only)
            await AdministratorRepository(session).put(administrator)
        return _administrator(administrator)

    async def delete_administrator(self, name: str) -> None:
        self._desk.demand_installation("Removing administrators")
        async with self._desk.parts.db.begin() as session:
            if not await AdministratorRepository(session).delete(name):
                raise FaultError(fault("platform.admin-unknown", name=name[:100]))

    async def _assignment(self, session: Session, subaccount: str, wish: RoleWish) -> RoleAssignment:
        found = await self._desk.subaccount(session, subaccount)
        if wish.instance and wish.role is Role.CLOUD_CONNECTOR_ADMINISTRATOR:
            reason = "instance: the role Cloud Connector Administrator holds for the subaccount"
            raise FaultError(fault("platform.request-invalid", reason=reason))
        instance = await find_instance(session, found, wish.instance) if wish.instance else None
        return RoleAssignment(found.id, wish.person, wish.role, instance.id if instance else None)


def _user(user: User) -> Answer:
    return {
        "name": user.name,
        "email": user.email,
        "givenName": user.given_name,
        "familyName": user.family_name,
        "scopes": list(user.scopes),
        "groups": list(user.groups),
        "attributes": {name: list(values) for name, values in user.attributes.items()},
    }


def _role(assignment: RoleAssignment) -> Answer:
    return {"person": assignment.person, "role": assignment.role.value, "instanceId": assignment.instance_id}


def _administrator(administrator: Administrator) -> Answer:
    return {"name": administrator.name, "subaccountId": administrator.subaccount_id}
