"""What a busy process keeps in memory of the store: entities it has read, decrypted when they are first asked for.

Nothing in it can be stale by this process's own writes (`Changes`). Writes of another process on the same database
are noticed after at most `ELSEWHERE_SECONDS`.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from landbridge.model.certificate import StoredCertificate
from landbridge.model.clock import Clock
from landbridge.model.destination import Destination
from landbridge.model.fragment import Fragment
from landbridge.store.certificates import CertificateRepository
from landbridge.store.database import Database
from landbridge.store.destinations import DestinationRepository
from landbridge.store.fragments import FragmentRepository
from landbridge.store.levels import CHUNK, LevelRepository
from landbridge.store.session import Session
from landbridge.store.stored import Stored
from landbridge.store.versions import VersionRepository

LIMIT = 64 * 1024 * 1024
"""Bytes that a model holds, roughly."""

ELSEWHERE_SECONDS = 1.0

_FRAME = 512
"""What an entry weighs besides its texts: objects, dictionaries."""

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A value, whose content it shows, and the number of the latest change when it was read."""

    value: Any
    owners: tuple[str, ...]
    seen: int
    weight: int


class ReadModel:
    """A bounded memory of destinations, fragments, certificates and of whatever else is derived from a subaccount.

    limit  bytes, roughly; what was not asked for the longest time goes first
    clock  seconds that only rise, for noticing other processes
    """

    def __init__(self, db: Database, limit: int = LIMIT, clock: Clock = time.monotonic) -> None:
        self._db = db
        self._limit = limit
        self._clock = clock
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._weight = 0
        self._look_elsewhere = 0.0

    async def get(self, subaccount_id: str, instance_id: str | None, name: str) -> Stored[Destination] | None:
        """A destination, as `DestinationRepository.stored` finds it."""
        return cast(
            Stored[Destination] | None, await self._entity(DestinationRepository, subaccount_id, instance_id, name)
        )

    async def fragment(self, subaccount_id: str, instance_id: str | None, name: str) -> Stored[Fragment] | None:
        """A fragment, as `FragmentRepository.stored` finds it."""
        return cast(Stored[Fragment] | None, await self._entity(FragmentRepository, subaccount_id, instance_id, name))

    async def certificate(
        self, subaccount_id: str, instance_id: str | None, name: str
    ) -> Stored[StoredCertificate] | None:
        """A certificate, as `CertificateRepository.stored` finds it."""
        found = await self._entity(CertificateRepository, subaccount_id, instance_id, name)
        return cast(Stored[StoredCertificate] | None, found)

    async def names(self, subaccount_id: str, instance_id: str | None) -> Sequence[str]:
        """Names of all destinations of a level, past the memory."""
        async with self._db.read() as session:
            return await DestinationRepository(session).names(subaccount_id, instance_id)

    async def recall(self, key: Hashable, load: Callable[[Session], Awaitable[tuple[V, Iterable[str]]]]) -> V:
        """Anything else: what `load` returned last time, unless one of the subaccounts that it named has changed.

        key   says what it is; `(function or module, arguments)` keeps keys apart
        load  gets a reading session, returns the value and the subaccounts whose content it shows

        What `load` raises is raised, and not remembered.
        """
        entry = await self._known(key)
        if entry is None:
            seen = self._db.changes.number
            async with self._db.read() as session:
                value, owners = await load(session)
            entry = self._keep(key, _Entry(value, tuple(owners), seen, _FRAME))
        return cast(V, entry.value)

    async def kept(self, key: Hashable) -> Any:
        """What `keep` was given, unless one of its subaccounts has changed; else None."""
        entry = await self._known(key)
        return None if entry is None else entry.value

    def keep(self, key: Hashable, value: object, owners: Iterable[str], number: int, weight: int) -> None:
        """Remember what was made from content of the subaccounts `owners`.

        number  what `number` was before the first of it was read
        weight  bytes, roughly
        """
        self._keep(key, _Entry(value, tuple(owners), number, _FRAME + weight))

    @property
    def number(self) -> int:
        """Of the latest change that is known here."""
        return self._db.changes.number

    async def stream(self, subaccount_id: str, instance_id: str | None) -> AsyncIterator[Stored[Destination]]:
        """All destinations of a level in the order of names, a chunk in memory at a time, past the memory.

        Each chunk is a transaction of its own: a client that reads slowly keeps nothing open. A destination that
        exists all the while comes exactly once.
        """
        after = ""
        while True:
            async with self._db.read() as session:
                repository = DestinationRepository(session)
                chunk = await repository.page(subaccount_id, instance_id, limit=CHUNK, after=after)
            for stored in chunk:
                yield stored
            if len(chunk) < CHUNK:
                return
            after = chunk[-1].noun.name

    def __len__(self) -> int:
        """How many entries it holds."""
        return len(self._entries)

    @property
    def weight(self) -> int:
        """How many bytes it holds, roughly."""
        return self._weight

    async def _entity(
        self, of: type[LevelRepository[Any]], subaccount_id: str, instance_id: str | None, name: str
    ) -> Stored[Any] | None:
        key = (of.kind, subaccount_id, instance_id, name)
        entry = await self._known(key)
        if entry is None:
            seen = self._db.changes.number
            async with self._db.read() as session:
                found = await of(session).stored(subaccount_id, instance_id, name)
            weight = _FRAME + len(name) + (_weigh(found.noun) if found else 0)
            entry = self._keep(key, _Entry(found, (subaccount_id,), seen, weight))
        return cast("Stored[Any] | None", entry.value)

    async def _known(self, key: Hashable) -> _Entry | None:
        """The entry, if it still is true."""
        if self._clock() >= self._look_elsewhere:
            await self._notice_others()
        entry = self._entries.get(key)
        if entry is None or self._db.changes.since(entry.seen, entry.owners):
            return None
        self._entries.move_to_end(key)
        return entry

    async def _notice_others(self) -> None:
        self._look_elsewhere = self._clock() + ELSEWHERE_SECONDS
        async with self._db.read() as session:
            versions = await VersionRepository(session).list()
        self._db.changes.compare(versions)

    def _keep(self, key: Hashable, entry: _Entry) -> _Entry:
        old = self._entries.pop(key, None)
        self._weight += entry.weight - (old.weight if old else 0)
        self._entries[key] = entry
        while self._weight > self._limit:
            _, oldest = self._entries.popitem(last=False)
            self._weight -= oldest.weight
        return entry


def _weigh(noun: Destination | Fragment | StoredCertificate) -> int:
    if isinstance(noun, StoredCertificate):
        return len(noun.content.reveal())
    return sum(len(key) + len(value) + 100 for key, value in noun.properties.items())
