"""Reads the content of a level: lists with all their options, and single entities (destination-service §2.4, §2.5)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Generic

from landbridge.destinations.answer import Answer, unmet
from landbridge.destinations.filter import Filter, Labelled, ModifiedWithin, NamedIn, NameLike
from landbridge.destinations.kinds import Kind, N
from landbridge.destinations.levels import Place
from landbridge.destinations.listing import Listing
from landbridge.destinations.request import Conditions
from landbridge.destinations.zones import SHARED
from landbridge.model.destination import SECRET_KEYS
from landbridge.model.label import Label
from landbridge.store import Database, LabelRepository, Session, Stored

Items = list[object]
Labels = dict[str, list[Label]]

_HIDDEN = SECRET_KEYS | {"Content"}
"""What people who may only read do not see; the content of a certificate may be a private key."""

CHUNK = 200
"""Entities of a list that are in memory at a time."""


class Reading(Generic[N]):
    """Reads one kind of content. Whether the caller may is decided before (`Entrance`)."""

    def __init__(self, db: Database, kind: Kind[N]) -> None:
        self._db = db
        self._kind = kind

    async def get(self, place: Place, name: str, conditions: Conditions) -> Answer:
        """One entity as it is stored, not wrapped. Raises `FaultError` (404)."""
        async with self._db.read() as session:
            stored = await self._kind.at(session, place).stored(*place.key, name)
        if stored is None:
            raise self._kind.missing(name, place)
        status = conditions.status(stored.etag)
        if status != 200:
            return unmet(status, stored.etag)
        return Answer(200, self._shown(place, stored.noun), stored.etag)

    async def list(self, place: Place, wanted: Listing, path: str) -> Answer:
        """What the options select, in the order of names. `path` goes into links to other pages.

        A list is read in chunks, each in a transaction of its own: a slow reader holds up nobody.
        """
        if wanted.page is not None:
            return await self._page(place, wanted, path)
        async with self._db.read() as session:
            names, since = await self._selected(session, place, wanted.filter), _since(session, wanted.filter)
        if wanted.names_only:
            return Answer(200, [{self._kind.name_key: name} for name in names])
        return Answer(200, items=self._chunks(place, names, since, wanted.metadata))

    async def _page(self, place: Place, wanted: Listing, path: str) -> Answer:
        page = wanted.page
        assert page is not None
        async with self._db.read() as session:
            repository = self._kind.at(session, place)
            total = await repository.count(*place.key)
            entities = await repository.page(*place.key, limit=page.size, offset=page.first)
        items = [self._shown(place, stored.noun) for stored in entities]
        return Answer(200, items, headers=page.headers(path, total))

    def _shown(self, place: Place, noun: N) -> dict[str, object]:
        """An entity as the one who asks may see it."""
        shown = self._kind.show(noun)
        return shown if place.shows_secrets else {key: value for key, value in shown.items() if key not in _HIDDEN}

    async def _selected(self, session: Session, place: Place, filter_: Filter | None) -> Sequence[str]:
        """The names that a filter by name or label leaves."""
        repository = self._kind.at(session, place)
        if isinstance(filter_, NamedIn):
            return tuple(dict.fromkeys(filter_.names))
        if isinstance(filter_, Labelled):
            return await self._labelled(session, place, filter_)
        names = await repository.names(*place.key)
        return [name for name in names if filter_.matches(name)] if isinstance(filter_, NameLike) else names

    async def _labelled(self, session: Session, place: Place, filter_: Labelled) -> Sequence[str]:
        labels = LabelRepository(session)
        found = [await labels.by_label(self._kind.entity, place.key, key, values) for key, values in filter_.conditions]
        return [name for name in found[0] if all(name in others for others in map(set, found[1:]))]

    async def _chunks(
        self, place: Place, names: Sequence[str], since: int, metadata: frozenset[str]
    ) -> AsyncIterator[Items]:
        for start in range(0, len(names), CHUNK):
            async with self._db.read() as session:
                found = await self._kind.at(session, place).get_many(*place.key, names[start : start + CHUNK])
                entities = [stored for stored in found.values() if stored.modified >= since]
                items = await self._items(session, place, entities, metadata)
            if items:
                yield items

    async def _items(
        self, session: Session, place: Place, entities: Sequence[Stored[N]], metadata: frozenset[str]
    ) -> Items:
        items = [self._shown(place, stored.noun) for stored in entities]
        if metadata:
            labels = await self._labels(session, place, entities) if "labels" in metadata else {}
            for stored, item in zip(entities, items, strict=True):
                known = {
                    "modification_time": str(stored.modified),
                    "etag": stored.etag,
                    "labels": labels_json(labels.get(stored.noun.name, ())),
                    SHARED: stored.shared,
                }
                item["$metadata"] = {key: value for key, value in known.items() if key in metadata}
        return list(items)

    async def _labels(self, session: Session, place: Place, entities: Sequence[Stored[N]]) -> Labels:
        names = [stored.noun.name for stored in entities]
        return await LabelRepository(session).get_many(self._kind.entity, place.key, names)


def labels_json(labels: Iterable[Label]) -> list[object]:
    """Labels as answers show them (§1.6)."""
    return [{"key": label.key, "values": list(label.values)} for label in labels]


def _since(session: Session, filter_: Filter | None) -> int:
    """Milliseconds since the epoch, from which on changes count."""
    return session.now - filter_.minutes * 60_000 if isinstance(filter_, ModifiedWithin) else 0
