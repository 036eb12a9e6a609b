"""Users of subaccounts in the store. Passwords go in and never come out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from secrets import token_urlsafe
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select

from landbridge.model.secret import Secret
from landbridge.model.subaccount import User
from landbridge.store.passwords import Passwords
from landbridge.store.session import Row, Session
from landbridge.store.tables import role_assignments, users


@dataclass(frozen=True, slots=True, repr=False)
class PasswordCheck:
    """A user that somebody claims to be; None when there is no such user."""

    passwords: Passwords
    owner: str
    user: User | None
    stored: str

    async def matches(self, password: Secret) -> User | None:
        """The user, if the password is right; argon2 runs in a thread."""
        if self.user is None:
            await self.passwords.waste(password)
            return None
        return self.user if await self.passwords.matches(self.owner, self.stored, password) else None


class UserRepository:
    """Users, each within its subaccount. A user that is read has an empty password."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, subaccount_id: str, name: str) -> User | None:
        row = await self._row(subaccount_id, name)
        return _noun(row) if row else None

    async def list(self, subaccount_id: str) -> list[User]:
        query = select(users).where(users.c.subaccount_id == subaccount_id).order_by(users.c.name)
        return [_noun(row) for row in await self._session.all(query)]

    async def put(self, subaccount_id: str, user: User) -> bool:
        """Store the user with a hash of the password; returns False, writing nothing, when all is so already.

        Without a password the one that is stored stays; a new user gets one that nobody knows.
        """
        row = await self._row(subaccount_id, user.name)
        if row and await self._same(subaccount_id, row, user):
            return False
        hashed = await self._hash(subaccount_id, row, user)
        key = {"subaccount_id": subaccount_id, "name": user.name}
        await self._session.upsert(users, {**key, "password_hash": hashed, "profile": _profile(user)})
        self._session.touch(subaccount_id)
        return True

    async def delete(self, subaccount_id: str, name: str) -> bool:
        """Delete the user; the next one of that name must not inherit the roles."""
        roles = role_assignments.c
        await self._session.execute(
            delete(role_assignments).where(roles.subaccount_id == subaccount_id, roles.person == name)
        )
        gone = await self._session.count(delete(users).where(_is(subaccount_id, name))) > 0
        if gone:
            self._session.touch(subaccount_id)
        return gone

    async def verify(self, subaccount_id: str, name: str, password: Secret) -> User | None:
        """The user, if the password is right. An unknown user takes as long as a wrong password."""
        return await (await self.check(subaccount_id, name)).matches(password)

    async def check(self, subaccount_id: str, name: str) -> PasswordCheck:
        """What `verify` needs to know, so that the slow part can happen after the transaction."""
        row = await self._row(subaccount_id, name)
        user, stored = (_noun(row), str(row["password_hash"])) if row else (None, "")
        return PasswordCheck(self._session.passwords, _owner(subaccount_id, name), user, stored)

    async def _same(self, subaccount_id: str, row: Row, user: User) -> bool:
        if _noun(row) != replace(user, password=Secret("")):
            return False
        if not user.password:
            return True
        owner = _owner(subaccount_id, user.name)
        return await self._session.passwords.matches(owner, row["password_hash"], user.password)

    async def _hash(self, subaccount_id: str, row: Row | None, user: User) -> str:
        if row and not user.password:
            return str(row["password_hash"])
        password = user.password or Secret(token_urlsafe(32))
        return await self._session.passwords.hash(_owner(subaccount_id, user.name), password)

    async def _row(self, subaccount_id: str, name: str) -> Row | None:
        return await self._session.one(select(users).where(_is(subaccount_id, name)))


def _is(subaccount_id: str, name: str) -> ColumnElement[bool]:
    return and_(users.c.subaccount_id == subaccount_id, users.c.name == name)


def _owner(subaccount_id: str, name: str) -> str:
    return f"{subaccount_id}/{name}"


def _profile(user: User) -> dict[str, Any]:
    return {
        "email": user.email,
        "given_name": user.given_name,
        "family_name": user.family_name,
        "scopes": list(user.scopes),
        "groups": list(user.groups),
        "attributes": {name: list(values) for name, values in user.attributes.items()},
    }


def _noun(row: Row) -> User:
    profile: dict[str, Any] = row["profile"]
    return User(
        name=row["name"],
        password=Secret(""),
        email=profile["email"],
        given_name=profile["given_name"],
        family_name=profile["family_name"],
        scopes=tuple(profile["scopes"]),
        groups=tuple(profile["groups"]),
        attributes=MappingProxyType({name: tuple(values) for name, values in profile["attributes"].items()}),
    )
