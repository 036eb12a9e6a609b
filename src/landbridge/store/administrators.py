"""Administrators of the installation. Passwords go in and never come out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from landbridge.model.role import Administrator
from landbridge.model.secret import Secret
from landbridge.store.passwords import Passwords
from landbridge.store.session import Row, Session
from landbridge.store.tables import administrators


@dataclass(frozen=True, slots=True, repr=False)
class AdministratorCheck:
    """An administrator that somebody claims to be; `stored` is empty when there is none of that name."""

    passwords: Passwords
    name: str
    stored: str
    subaccount_id: str | None = None

    async def matches(self, password: Secret) -> Administrator | None:
        """The administrator, if the password is right; an unknown name takes as long as a wrong password."""
        if not self.stored:
            await self.passwords.waste(password)
            return None
        right = await self.passwords.matches(_owner(self.name), self.stored, password)
        return Administrator(self.name, Secret(""), self.subaccount_id) if right else None


class AdministratorRepository:
    """Administrators by name. They belong to no subaccount and outlive `Database.clear`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, name: str) -> Administrator | None:
        row = await self._row(name)
        return _noun(row) if row else None

    async def list(self) -> list[Administrator]:
        query = select(administrators).order_by(administrators.c.name)
        return [_noun(row) for row in await self._session.all(query)]

    async def put(self, administrator: Administrator) -> bool:
        """Store it with a hash of the password; returns False, writing nothing, when all is so already."""
        passwords, owner = self._session.passwords, _owner(administrator.name)
        row = await self._row(administrator.name)
        if (
            row
            and row["subaccount_id"] == administrator.subaccount_id
            and await passwords.matches(owner, row["password_hash"], administrator.password)
        ):
            return False
        hashed = await passwords.hash(owner, administrator.password)
        row = {"name": administrator.name, "password_hash": hashed, "subaccount_id": administrator.subaccount_id}
        await self._session.upsert(administrators, row)
        return True

    async def delete(self, name: str) -> bool:
        return await self._session.count(delete(administrators).where(administrators.c.name == name)) > 0

    async def check(self, name: str) -> AdministratorCheck:
        """What a login needs to know; the slow part (`matches`) happens after the transaction."""
        row = await self._row(name)
        stored, subaccount_id = (row["password_hash"], row["subaccount_id"]) if row else ("", None)
        return AdministratorCheck(self._session.passwords, name, stored, subaccount_id)

    async def _row(self, name: str) -> Row | None:
        return await self._session.one(select(administrators).where(administrators.c.name == name))


def _noun(row: Row) -> Administrator:
    return Administrator(row["name"], Secret(""), row["subaccount_id"])


def _owner(name: str) -> str:
    return f"administrator:{name}"
