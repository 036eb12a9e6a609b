"""One transaction, with what repositories need beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from landbridge.faults import FaultError, fault
from landbridge.model.clock import Clock
from landbridge.store.passwords import Passwords
from landbridge.store.vault import Vault

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Session:
    """An open transaction of `Database.begin` or `Database.read`. Repositories are built on it.

    connection  where statements run
    vault       the master key; what belongs to a subaccount is sealed with its data key (`data_keys`)
    passwords   hashes and checks passwords
    clock       when content is made and changed
    touched     subaccounts that this transaction changed: their versions rise with its commit
    opened      data keys that this transaction has used, by owner
    """

    connection: AsyncConnection
    vault: Vault
    passwords: Passwords
    clock: Clock
    touched: set[str] = field(default_factory=set)
    opened: dict[str, Vault] = field(default_factory=dict)

    @property
    def now(self) -> int:
        """Milliseconds since the epoch."""
        return int(self.clock() * 1000)

    def touch(self, subaccount_id: str) -> None:
        """Something that others read has changed in this subaccount."""
        self.touched.add(subaccount_id)

    async def execute(self, statement: Executable, rows: Sequence[Row] | None = None) -> CursorResult[Any]:
        """Raises `FaultError` (`store.text-unusable`) for text that is not Unicode."""
        try:
            return await self.connection.execute(statement, rows)
        except UnicodeEncodeError as error:
            raise FaultError(fault("store.text-unusable")) from error

    async def one(self, statement: Executable) -> Row | None:
        """The first row, or None."""
        row = (await self.execute(statement)).first()
        return None if row is None else row._asdict()

    async def all(self, statement: Executable) -> list[Row]:
        return [row._asdict() for row in await self.execute(statement)]

    async def column(self, statement: Executable) -> list[Any]:
        """The first column of every row."""
        return list((await self.execute(statement)).scalars())

    async def count(self, statement: Executable) -> int:
        """How many rows a write touched."""
        return (await self.execute(statement)).rowcount

    async def upsert(self, table: Table, *rows: Row, keep: frozenset[str] = frozenset()) -> None:
        """Insert `rows` (all with the same columns), or give the row of the same primary key these values.

        keep  columns that a row which is there keeps
        """
        if not rows:
            return
        keys = {column.name for column in table.primary_key}
        insert = self.insert(table)
        rest = {name: insert.excluded[name] for name in rows[0] if name not in keys | keep}
        statement = insert.on_conflict_do_update(index_elements=sorted(keys), set_=rest)
        if not rest:
            statement = insert.on_conflict_do_nothing()
        await self.execute(statement, rows)

    async def insert_new(self, table: Table, row: Row) -> bool:
        """Insert `row`; False, and nothing happens, when its primary key or a unique column is taken."""
        statement = self.insert(table).values(dict(row)).on_conflict_do_nothing()
        return await self.count(statement) == 1

    def insert(self, table: Table) -> Any:
        """An INSERT of the dialect at hand: both know ON CONFLICT, SQLAlchemy has no common type for it."""
        if self.connection.dialect.name == "postgresql":
            from sqlalchemy.dialects import postgresql  # with asyncpg behind it: most have no use for either

            return postgresql.insert(table)
        return sqlite.insert(table)
