"""Who has which role in a subaccount."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, select

from landbridge.model.role import Role, RoleAssignment
from landbridge.store.session import Row, Session
from landbridge.store.tables import role_assignments as roles


class RoleRepository:
    """Role assignments; the person need not be a user of the subaccount."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def of(self, subaccount_id: str, person: str) -> Sequence[RoleAssignment]:
        """What one person may do."""
        return await self._where(and_(roles.c.subaccount_id == subaccount_id, roles.c.person == person))

    async def list(self, subaccount_id: str) -> Sequence[RoleAssignment]:
        return await self._where(roles.c.subaccount_id == subaccount_id)

    async def put(self, assignment: RoleAssignment) -> bool:
        """Store it; returns whether it is new."""
        row = {**_key(assignment), "instance_id": assignment.instance_id}
        return self._touched(assignment, await self._session.insert_new(roles, row))

    async def delete(self, assignment: RoleAssignment) -> bool:
        where = and_(*(roles.c[name] == value for name, value in _key(assignment).items()))
        return self._touched(assignment, await self._session.count(delete(roles).where(where)) > 0)

    async def _where(self, where: ColumnElement[bool]) -> Sequence[RoleAssignment]:
        query = select(roles).where(where).order_by(roles.c.person, roles.c.role, roles.c.level)
        return [_noun(row) for row in await self._session.all(query)]

    def _touched(self, assignment: RoleAssignment, changed: bool) -> bool:
        if changed:
            self._session.touch(assignment.subaccount_id)
        return changed


def _key(assignment: RoleAssignment) -> dict[str, str]:
    return {
        "subaccount_id": assignment.subaccount_id,
        "person": assignment.person,
        "role": assignment.role.value,
        "level": assignment.instance_id or "",
    }


def _noun(row: Row) -> RoleAssignment:
    return RoleAssignment(row["subaccount_id"], row["person"], Role(row["role"]), row["instance_id"])
