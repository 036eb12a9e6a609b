"""What lives on levels: destinations, fragments and certificates share one repository (destination-service §1.1).

The name is in the clear, everything else is sealed (§1.8).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, Table, and_, delete, func, select

from landbridge.faults import FaultError, fault
from landbridge.model.label import EntityKind
from landbridge.store.data_keys import opener, sealer
from landbridge.store.labels import LabelRepository
from landbridge.store.session import Row, Session
from landbridge.store.stored import Stored
from landbridge.store.vault import Vault

CHUNK = 200
"""Rows that a stream holds at a time, and names that one statement asks for."""


class Entity(Protocol):
    """What can be kept on a level."""

    @property
    def name(self) -> str: ...

    @property
    def etag(self) -> str: ...


T = TypeVar("T", bound=Entity)


class LevelRepository(Generic[T]):
    """Entities of one kind by level: an instance's own or, with `instance_id` None, the subaccount's.

    A subscriber's content of an application is the level (subscriber's subaccount, provider's instance). It has two
    zones: what is shared with the subscriber's people, and what is the application's alone. A name is in one of them.
    Case matters in names; lists are in the order of the names' bytes.

    shared_only  nothing but the shared zone exists, and what is written goes there
    """

    kind: ClassVar[EntityKind]
    table: ClassVar[Table]

    def __init__(self, session: Session, *, shared_only: bool = False) -> None:
        self._session = session
        self._shared_only = shared_only

    @abstractmethod
    def _write(self, noun: T) -> str: ...

    @abstractmethod
    def _read(self, row: Row, text: str) -> T: ...

    def _in_the_clear(self, _noun: T) -> Row:
        """More columns that are not sealed."""
        return {}

    async def get(self, subaccount_id: str, instance_id: str | None, name: str) -> T | None:
        stored = await self.stored(subaccount_id, instance_id, name)
        return stored.noun if stored else None

    async def stored(self, subaccount_id: str, instance_id: str | None, name: str) -> Stored[T] | None:
        where = and_(self._level(subaccount_id, instance_id), self.table.c.name == name)
        row = await self._session.one(select(self.table).where(where))
        return (await self._open(subaccount_id, [row]))[0] if row else None

    async def get_many(self, subaccount_id: str, instance_id: str | None, names: Iterable[str]) -> dict[str, Stored[T]]:
        """Those of `names` that exist, in their order."""
        found: dict[str, Stored[T]] = {}
        wanted = list(dict.fromkeys(names))
        for some in _chunks(wanted):
            where = and_(self._level(subaccount_id, instance_id), self.table.c.name.in_(some))
            rows = await self._session.all(select(self.table).where(where))
            found |= {stored.noun.name: stored for stored in await self._open(subaccount_id, rows)}
        return {name: found[name] for name in wanted if name in found}

    async def list(self, subaccount_id: str, instance_id: str | None) -> Sequence[T]:
        query = self._ordered(subaccount_id, instance_id)
        return [stored.noun for stored in await self._open(subaccount_id, await self._session.all(query))]

    async def page(
        self, subaccount_id: str, instance_id: str | None, *, limit: int, after: str = "", offset: int = 0
    ) -> Sequence[Stored[T]]:
        """At most `limit` entities, in the order of names: those behind the name `after`, `offset` of them left out."""
        query = self._ordered(subaccount_id, instance_id).where(self.table.c.name > after)
        rows = await self._session.all(query.limit(limit).offset(offset))
        return await self._open(subaccount_id, rows)

    async def stream(self, subaccount_id: str, instance_id: str | None) -> AsyncIterator[Stored[T]]:
        """All entities in the order of names, `CHUNK` in memory at a time. Use it in one transaction: one picture."""
        after = ""
        while chunk := await self.page(subaccount_id, instance_id, limit=CHUNK, after=after):
            for stored in chunk:
                yield stored
            after = chunk[-1].noun.name

    async def names(self, subaccount_id: str, instance_id: str | None) -> Sequence[str]:
        """All names in their order; nothing is decrypted."""
        query = select(self.table.c.name).where(self._level(subaccount_id, instance_id)).order_by(self.table.c.name)
        return await self._session.column(query)

    async def count(self, subaccount_id: str, instance_id: str | None) -> int:
        query = select(func.count()).select_from(self.table).where(self._level(subaccount_id, instance_id))
        counted: int = (await self._session.execute(query)).scalar_one()
        return counted

    async def put(self, subaccount_id: str, instance_id: str | None, noun: T, *, shared: bool | None = None) -> bool:
        """Store it; returns whether anything changed. Its labels stay.

        shared  the zone that it is moved to; None: it stays where it is, and something new is not shared
        """
        return bool(await self.put_many(subaccount_id, instance_id, [noun], shared=shared))

    async def put_many(
        self, subaccount_id: str, instance_id: str | None, nouns: Iterable[T], *, shared: bool | None = None
    ) -> Sequence[str]:
        """Store them all; returns the names of those that changed. Of two of one name the later one stays.

        Raises `FaultError` (`store.conflict`) for a name of the other zone, where only the shared one exists.
        """
        changed: list[str] = []
        by_name = {noun.name: noun for noun in nouns}
        for names in _chunks(list(by_name)):
            present = await self._present(subaccount_id, instance_id, names)
            zones = {name: self._zone(shared, present.get(name)) for name in names}
            fresh = [by_name[name] for name in names if present.get(name) != (by_name[name].etag, zones[name])]
            rows = await self._rows(subaccount_id, instance_id, fresh, zones)
            await self._session.upsert(self.table, *rows, keep=frozenset({"created"}))
            changed += [noun.name for noun in fresh]
        if changed:
            self._session.touch(subaccount_id)
        return changed

    async def put_new(
        self, subaccount_id: str, instance_id: str | None, noun: T, *, shared: bool | None = None
    ) -> Stored[T]:
        """Store it under a name that is free in both zones.

        Raises `FaultError` (`store.conflict`) when it is not; the transaction goes on as if nothing had happened.
        """
        zones = {noun.name: self._zone(shared, None)}
        row = (await self._rows(subaccount_id, instance_id, [noun], zones))[0]
        if not await self._session.insert_new(self.table, row):
            raise self._conflict(subaccount_id, instance_id, noun.name)
        self._session.touch(subaccount_id)
        return _stored(noun, row)

    async def delete(self, subaccount_id: str, instance_id: str | None, name: str) -> bool:
        """Delete it with its labels; False when there is none."""
        return bool(await self.delete_many(subaccount_id, instance_id, [name]))

    async def delete_many(self, subaccount_id: str, instance_id: str | None, names: Iterable[str]) -> Sequence[str]:
        """Delete those that exist, with their labels; returns their names in the order of `names`."""
        wanted = list(dict.fromkeys(names))
        gone: set[str] = set()
        for some in _chunks(wanted):
            where = and_(self._level(subaccount_id, instance_id), self.table.c.name.in_(some))
            gone |= set(await self._session.column(delete(self.table).where(where).returning(self.table.c.name)))
        if gone:
            await LabelRepository(self._session).forget(self.kind, (subaccount_id, instance_id), gone)
            self._session.touch(subaccount_id)
        return [name for name in wanted if name in gone]

    def _ordered(self, subaccount_id: str, instance_id: str | None) -> Select[Any]:
        return select(self.table).where(self._level(subaccount_id, instance_id)).order_by(self.table.c.name)

    def _level(self, subaccount_id: str, instance_id: str | None) -> ColumnElement[bool]:
        level = self._whole_level(subaccount_id, instance_id)
        return and_(level, self.table.c.shared) if self._shared_only else level

    def _whole_level(self, subaccount_id: str, instance_id: str | None) -> ColumnElement[bool]:
        return and_(self.table.c.subaccount_id == subaccount_id, self.table.c.level == (instance_id or ""))

    async def _present(
        self, subaccount_id: str, instance_id: str | None, names: Sequence[str]
    ) -> dict[str, tuple[str, bool]]:
        """Entity tag and zone of those of `names` that exist."""
        columns = self.table.c
        where = and_(self._whole_level(subaccount_id, instance_id), columns.name.in_(names))
        rows = await self._session.all(select(columns.name, columns.etag, columns.shared).where(where))
        for row in rows:
            if self._shared_only and not row["shared"]:
                raise self._conflict(subaccount_id, instance_id, row["name"])
        return {row["name"]: (row["etag"], row["shared"]) for row in rows}

    def _zone(self, wanted: bool | None, present: tuple[str, bool] | None) -> bool:
        if self._shared_only or wanted is not None:
            return self._shared_only or bool(wanted)
        return present is not None and present[1]

    def _conflict(self, subaccount_id: str, instance_id: str | None, name: str) -> FaultError:
        owner = f"instance {instance_id}" if instance_id else f"subaccount {subaccount_id}"
        return FaultError(fault("store.conflict", what=self.kind.value, name=name, owner=owner))

    async def _rows(
        self, subaccount_id: str, instance_id: str | None, nouns: Sequence[T], zones: Mapping[str, bool]
    ) -> Sequence[Row]:
        if not nouns:
            return []
        vault, now = await sealer(self._session, subaccount_id), self._session.now
        place = (subaccount_id, instance_id)
        return [{**self._row(vault, now, *place, noun), "shared": zones[noun.name]} for noun in nouns]

    def _row(self, vault: Vault, now: int, subaccount_id: str, instance_id: str | None, noun: T) -> Row:
        level = instance_id or ""
        context = sealing_context(self.kind, subaccount_id, level, noun.name)
        return {
            "subaccount_id": subaccount_id,
            "level": level,
            "name": noun.name,
            "instance_id": instance_id,
            "etag": noun.etag,
            "created": now,
            "modified": now,
            "properties": vault.seal(self._write(noun), context=context),
            **self._in_the_clear(noun),
        }

    async def _open(self, subaccount_id: str, rows: Sequence[Row]) -> Sequence[Stored[T]]:
        vault = await opener(self._session, subaccount_id) if rows else self._session.vault
        return [self._stored(vault, row) for row in rows]

    def _stored(self, vault: Vault, row: Row) -> Stored[T]:
        context = sealing_context(self.kind, row["subaccount_id"], row["level"], row["name"])
        return _stored(self._read(row, vault.open(row["properties"], context=context)), row)


def _stored(noun: T, row: Row) -> Stored[T]:
    return Stored(noun, row["etag"], row["created"], row["modified"], row["shared"])


def sealing_context(kind: str, subaccount_id: str, level: str, name: str) -> str:
    """The place of a sealed entity: it opens nowhere else."""
    return f"{kind}/{subaccount_id}/{level}/{name}"


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    rest = iter(names)
    while some := list(islice(rest, CHUNK)):
        yield some
