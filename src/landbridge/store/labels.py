"""Labels of destinations, fragments and certificates; in the clear, so that they can be searched (§1.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, delete, insert, select

from landbridge.model.label import EntityKind, Label
from landbridge.store.session import Session
from landbridge.store.tables import labels

Level = tuple[str, str | None]
"""Subaccount id, and instance id or None for the subaccount's own level."""


class LabelRepository:
    """Labels of what lives on levels. Whether the entity exists is its caller's question."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, kind: EntityKind, level: Level, name: str) -> list[Label]:
        """Keys and values in the order they were set in."""
        return (await self.get_many(kind, level, [name])).get(name, [])

    async def get_many(self, kind: EntityKind, level: Level, names: Iterable[str]) -> dict[str, list[Label]]:
        """Labels of several entities, by name; those without labels are left out."""
        where = and_(_of(kind, level), labels.c.name.in_(list(names)))
        values: dict[str, dict[str, list[str]]] = {}
        for row in await self._session.all(select(labels).where(where).order_by(labels.c.name, labels.c.position)):
            values.setdefault(row["name"], {}).setdefault(row["key"], []).append(row["value"])
        return {name: [Label(key, tuple(found)) for key, found in keys.items()] for name, keys in values.items()}

    async def set(self, kind: EntityKind, level: Level, name: str, wanted: Sequence[Label]) -> None:
        """Replace the labels of an entity. A key without values is left out, a value that comes twice is kept once."""
        await self._session.execute(delete(labels).where(_of(kind, level), labels.c.name == name))
        subaccount_id, instance_id = level
        pairs = dict.fromkeys((label.key, value) for label in wanted for value in label.values)
        key = {"subaccount_id": subaccount_id, "level": instance_id or "", "kind": kind.value, "name": name}
        rows = [
            {**key, "instance_id": instance_id, "position": position, "key": pair[0], "value": pair[1]}
            for position, pair in enumerate(pairs)
        ]
        if rows:
            await self._session.execute(insert(labels), rows)
        self._session.touch(subaccount_id)

    async def by_label(self, kind: EntityKind, level: Level, key: str, values: Iterable[str]) -> list[str]:
        """Names of the entities that have `key` with any of `values`, in their order."""
        where = and_(_of(kind, level), labels.c.key == key, labels.c.value.in_(list(values)))
        return await self._session.column(select(labels.c.name).distinct().where(where).order_by(labels.c.name))

    async def forget(self, kind: EntityKind, level: Level, names: Iterable[str]) -> None:
        """Delete the labels of entities that are gone."""
        await self._session.execute(delete(labels).where(_of(kind, level), labels.c.name.in_(list(names))))


def _of(kind: EntityKind, level: Level) -> ColumnElement[bool]:
    subaccount_id, instance_id = level
    return and_(
        labels.c.subaccount_id == subaccount_id, labels.c.level == (instance_id or ""), labels.c.kind == kind.value
    )
