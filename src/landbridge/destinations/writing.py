"""Writes the content of a level, one entity or many: each of them is written whole or not at all (§2.4, §2.5)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generic

from landbridge.destinations.answer import Answer, counted
from landbridge.destinations.kinds import Kind, N, invalid
from landbridge.destinations.levels import Place
from landbridge.destinations.zones import wished_zone
from landbridge.faults import Fault, FaultError, fault
from landbridge.faults.answer import header_text
from landbridge.model.destination import InvalidDestination
from landbridge.model.fragment import InvalidFragment
from landbridge.store import Database, Session

logger = logging.getLogger("landbridge.destinations")

CHUNK = 100
"""Entities that are written in one transaction: while it is open, nobody else writes."""

Objects = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one entity of a request."""

    name: str
    status: int
    etag: str = ""
    refusal: Fault | None = None

    def as_json(self) -> dict[str, object]:
        """An entry of the answer to many (§2.4)."""
        if self.refusal is None:
            return {"name": self.name, "status": self.status, "etag": self.etag}
        return {"name": self.name, "status": self.status, "cause": self.refusal.body, "code": self.refusal.code}


class Writing(Generic[N]):
    """Writes one kind of content. Whether the caller may is decided before (`Entrance`)."""

    def __init__(self, db: Database, kind: Kind[N]) -> None:
        self._db = db
        self._kind = kind

    async def create(self, place: Place, objects: Objects, many: bool) -> Answer:
        """Store entities whose names are free. `many`: the request was a list, so the answer is one.

        Raises `FaultError`: 400 when one of them is none, and then nothing is written; 409 for a single one.
        """
        return await self._write(place, objects, many, HTTPStatus.CREATED)

    async def replace(self, place: Place, objects: Objects, many: bool) -> Answer:
        """Store entities in place of those of the same names: nothing of the old ones stays but their labels.

        Raises `FaultError`: 400 as `create`, or when it is in use; 404 for a single one that is not there.
        """
        return await self._write(place, objects, many, HTTPStatus.OK)

    async def delete(self, place: Place, name: str, *, must_exist: bool = True) -> Answer:
        """Delete one. Raises `FaultError`: 404 when it has to exist and does not, 400 when it is in use."""
        async with self._db.begin() as session:
            repository = self._kind.at(session, place)
            noun = await repository.get(*place.key, name)
            if noun is None:
                if must_exist:
                    raise self._kind.missing(name, place)
                return counted(0)
            await self._check_unused(session, place, noun)
            await repository.delete(*place.key, name)
        return counted(1)

    async def delete_many(self, place: Place, names: Sequence[str]) -> Answer:
        """Delete those that exist; all or, when some are in use, none. Raises `FaultError` (400)."""
        wanted = list(dict.fromkeys(names))
        async with self._db.begin() as session:
            repository = self._kind.at(session, place)
            found = await repository.get_many(*place.key, wanted)
            if self._kind.guard is not None:
                used = await self._kind.guard(session, place, [stored.noun for stored in found.values()])
                if used:
                    raise FaultError(fault("destination.removal-refused", names=", ".join(used)))
            await repository.delete_many(*place.key, list(found))
        summary = [_removed(name, name in found) for name in wanted]
        return Answer(200, {"Count": len(found), "Summary": summary})

    async def _write(self, place: Place, objects: Objects, many: bool, success: HTTPStatus) -> Answer:
        entities = [self._entity(place, number, given, many) for number, given in enumerate(objects, 1)]
        one = self._create_one if success is HTTPStatus.CREATED else self._replace_one
        results: list[Written] = []
        for start in range(0, len(entities), CHUNK):
            async with self._db.begin() as session:
                results += [await one(session, place, *entity) for entity in entities[start : start + CHUNK]]
        if many:
            whole = all(result.refusal is None for result in results)
            return Answer(success if whole else 207, [result.as_json() for result in results])
        if results[0].refusal is not None:
            raise FaultError(results[0].refusal)
        return counted(1) if success is HTTPStatus.OK else Answer(success)

    async def _create_one(self, session: Session, place: Place, noun: N, shared: bool | None) -> Written:
        try:
            stored = await self._kind.at(session, place).put_new(*place.key, noun, shared=shared)
        except FaultError as error:
            if error.fault.code != "store.conflict":
                raise
            exists = fault("destination.exists", kind=self._kind.entity.value, name=noun.name)
            return Written(noun.name, 409, refusal=exists)
        if self._kind.usual is not None and not self._kind.usual.fullmatch(noun.name):
            logger.warning(
                "unusual name", extra={"kind": self._kind.entity.value, "name_given": header_text(noun.name)}
            )
        return Written(noun.name, 201, stored.etag)

    async def _replace_one(self, session: Session, place: Place, noun: N, shared: bool | None) -> Written:
        repository = self._kind.at(session, place)
        stored = await repository.stored(*place.key, noun.name)
        try:
            if stored is None:
                raise self._kind.missing(noun.name, place)
            if stored.etag != noun.etag:
                await self._check_unused(session, place, stored.noun)
        except FaultError as error:
            return Written(noun.name, error.fault.kind.status, refusal=error.fault)
        await repository.put(*place.key, noun, shared=shared)
        return Written(noun.name, 200, noun.etag)

    async def _check_unused(self, session: Session, place: Place, noun: N) -> None:
        if self._kind.guard is None:
            return
        for name, consumer in (await self._kind.guard(session, place, [noun])).items():
            raise FaultError(fault("destination.in-use", name=name, consumer=consumer))

    def _entity(self, place: Place, number: int, given: Mapping[str, object], many: bool) -> tuple[N, bool | None]:
        """The noun, and the zone that is wished for it: there are zones on the level of a subscription only."""
        kind = self._kind.entity.value
        which = f"{kind} {number}" if many else f"the {kind}"
        shared = wished_zone(which, given)
        try:
            return self._kind.read(given), shared if place.of_subscription else None
        except (InvalidDestination, InvalidFragment) as error:
            raise invalid(which, error) from error


def _removed(name: str, there: bool) -> dict[str, str]:
    """An entry of the summary of a deletion; the reason is the original's text (§2.1)."""
    if there:
        return {"name": name, "status": "DELETED"}
    return {"name": name, "status": "NOT_FOUND", "reason": "Could not find configuration"}
