"""One transaction, with what repositories need beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from landbridge.store.passwords import Passwords
from landbridge.store.vault import Vault

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Session:
    """An open transaction of `Database.begin` or `Database.read`. Repositories are built on it."""

    connection: AsyncConnection
    vault: Vault
    passwords: Passwords

    async def execute(self, statement: Executable) -> CursorResult[Any]:
        return await self.connection.execute(statement)

    async def one(self, statement: Executable) -> Row | None:
        """The first row, or None."""
        row = (await self.execute(statement)).first()
        return None if row is None else row._asdict()

    async def all(self, statement: Executable) -> list[Row]:
        return [row._asdict() for row in await self.execute(statement)]

    async def count(self, statement: Executable) -> int:
        """How many rows a write touched."""
        return (await self.execute(statement)).rowcount

    async def upsert(self, table: Table, row: Row) -> None:
        """Insert `row`, or give the row of the same primary key these values, in one statement."""
        keys = [column.name for column in table.primary_key]
        rest = {name: value for name, value in row.items() if name not in keys}
        insert = postgresql.insert if self.connection.dialect.name == "postgresql" else sqlite.insert
        await self.execute(insert(table).values(row).on_conflict_do_update(index_elements=keys, set_=rest))
