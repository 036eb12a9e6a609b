"""Administrators of the installation. Passwords go in and never come out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from landbridge.model.role import Administrator
from landbridge.model.secret import Secret
from landbridge.store.passwords import Passwords
from landbridge.store.session import Session
from landbridge.store.tables import administrators


@dataclass(frozen=True, slots=True, repr=False)
class AdministratorCheck:
    """An administrator that somebody claims to be; `stored` is empty when there is none of that name."""

    passwords: Passwords
    name: str
    stored: str

    async def matches(self, password: Secret) -> Administrator | None:
        """The administrator, if the password is right; an unknown name takes as long as a wrong password."""
        if not self.stored:
            await self.passwords.waste(password)
            return None
        right = await self.passwords.matches(_owner(self.name), self.stored, password)
        return Administrator(self.name, Secret("")) if right else None


class AdministratorRepository:
    """Administrators by name. They belong to no subaccount and outlive `Database.clear`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def list(self) -> list[Administrator]:
        names = await self._session.column(select(administrators.c.name).order_by(administrators.c.name))
        return [Administrator(name, Secret("")) for name in names]

    async def put(self, administrator: Administrator) -> bool:
        """Store a hash of the password; returns False, writing nothing, when it is the one that is stored."""
        passwords, owner = self._session.passwords, _owner(administrator.name)
        stored = await self._hash(administrator.name)
        if stored and await passwords.matches(owner, stored, administrator.password):
            return False
        hashed = await passwords.hash(owner, administrator.password)
        await self._session.upsert(administrators, {"name": administrator.name, "password_hash": hashed})
        return True

    async def delete(self, name: str) -> bool:
        return await self._session.count(delete(administrators).where(administrators.c.name == name)) > 0

    async def check(self, name: str) -> AdministratorCheck:
        """What a login needs to know; the slow part (`matches`) happens after the transaction."""
        return AdministratorCheck(self._session.passwords, name, await self._hash(name))

    async def _hash(self, name: str) -> str:
        query = select(administrators.c.password_hash).where(administrators.c.name == name)
        row = await self._session.one(query)
        return row["password_hash"] if row else ""


def _owner(name: str) -> str:
    return f"administrator:{name}"
