"""Certificates of a level, as one object: what `Reading`, `Writing` and `Labelling` do not do already (§2.6)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from landbridge.destinations.answer import Answer, unmet
from landbridge.destinations.certificates.generation import Generator
from landbridge.destinations.certificates.kind import CERTIFICATE, prepared
from landbridge.destinations.certificates.public_keys import public_keys
from landbridge.destinations.certificates.upload import Wish, uploaded
from landbridge.destinations.filter import Labelled, NamedIn
from landbridge.destinations.levels import Place
from landbridge.destinations.listing import Listing
from landbridge.destinations.reading import Reading
from landbridge.destinations.request import Conditions
from landbridge.destinations.writing import Writing
from landbridge.faults import FaultError, fault
from landbridge.model.certificate import StoredCertificate
from landbridge.store import Database

WISHES = 20
"""Certificates that one request may have made: each costs the time of a new key."""

Objects = Sequence[Mapping[str, object]]


class CertificateService:
    """Reads and writes certificates. Whether the caller may is decided before (`Entrance`)."""

    def __init__(self, db: Database, generator: Generator) -> None:
        self._db = db
        self._generator = generator
        self._reading = Reading(db, CERTIFICATE)
        self._writing = Writing(db, CERTIFICATE)

    async def list(self, place: Place, wanted: Listing, path: str) -> Answer:
        """Of all filters, certificates know those by names and labels. Raises `FaultError` (400)."""
        if wanted.filter is not None and not isinstance(wanted.filter, NamedIn | Labelled):
            expected = "Name in ('...') or Label['...'] HAS ('...')"
            raise FaultError(fault("destination.filter-invalid", position=1, expected=expected))
        return await self._reading.list(place, wanted, path)

    async def get(self, place: Place, name: str, conditions: Conditions) -> Answer:
        """Raises `FaultError` (404)."""
        return await self._reading.get(place, name, conditions)

    async def public_keys(self, place: Place, name: str, conditions: Conditions) -> Answer:
        """The certificates in a file, without keys. Raises `FaultError`: 404, 400 for a file that cannot be opened."""
        async with self._db.read() as session:
            stored = await CERTIFICATE.at(session, place).stored(*place.key, name)
        if stored is None:
            raise CERTIFICATE.missing(name, place)
        status = conditions.status(stored.etag)
        if status != 200:
            return unmet(status, stored.etag)
        return Answer(200, await asyncio.to_thread(public_keys, stored.noun), stored.etag)

    async def create(self, place: Place, objects: Objects, many: bool) -> Answer:
        """Store or make certificates under free names. Raises `FaultError`: 400, 409, 413."""
        return await self._writing.create(place, await self._prepared(place, objects), many)

    async def replace(self, place: Place, objects: Objects, many: bool) -> Answer:
        """Store or make certificates in place of those of the same names. Raises `FaultError`: 400, 404, 413."""
        return await self._writing.replace(place, await self._prepared(place, objects), many)

    async def delete(self, place: Place, name: str) -> Answer:
        """Raises `FaultError` (404)."""
        return await self._writing.delete(place, name)

    async def delete_many(self, place: Place, names: Sequence[str]) -> Answer:
        return await self._writing.delete_many(place, names)

    async def _prepared(self, place: Place, objects: Objects) -> Objects:
        """Checked and made, in a thread: some files take a while, and so does every new key."""
        return await asyncio.to_thread(self._prepare, place, objects)

    def _prepare(self, place: Place, objects: Objects) -> Objects:
        given = [uploaded(item) for item in objects]
        if sum(isinstance(item, Wish) for item in given) > WISHES:
            expected = f"one with at most {WISHES} certificates that are to be made"
            raise FaultError(fault("certificate.invalid", field="the list", expected=expected))
        return [prepared(self._made(place, item), sent) for item, sent in zip(given, objects, strict=True)]

    def _made(self, place: Place, given: StoredCertificate | Wish) -> StoredCertificate:
        if isinstance(given, StoredCertificate):
            return given
        return self._generator.make(given.name, given.type, given.generation, place.subaccount_id)
