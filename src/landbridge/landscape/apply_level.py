"""Brings one level of the store to what a landscape says about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from landbridge.landscape.changes import Item, Ledger
from landbridge.model.content import LevelContent
from landbridge.model.label import EntityKind, Label
from landbridge.store import (
    CertificateRepository,
    DestinationRepository,
    FragmentRepository,
    LabelRepository,
    Session,
)
from landbridge.store.levels import Entity, LevelRepository

N = TypeVar("N", bound=Entity)


@dataclass(frozen=True, slots=True)
class LevelApplication:
    """Applies content to one level, inside an open transaction.

    place   subaccount id, and instance id or None
    prefix  what names of the level begin with in the ledger
    kept    names that stay although the landscape does not list them, by kind
    shared  names of the shared zone, by kind, on the level of a subscription; None where there are no zones
    """

    session: Session
    place: tuple[str, str | None]
    prefix: str
    ledger: Ledger
    kept: Mapping[EntityKind, frozenset[str]] = field(default_factory=dict)
    shared: Mapping[EntityKind, frozenset[str]] | None = None

    async def run(self, wanted: LevelContent) -> None:
        """Everything that stands on a level. Removals come first; labels need what they hang on."""
        await self._entities(DestinationRepository(self.session), wanted.destinations)
        await self._entities(FragmentRepository(self.session), wanted.fragments)
        await self._entities(CertificateRepository(self.session), wanted.certificates)
        await self._labels(wanted)

    async def _entities(self, repository: LevelRepository[N], wanted: Sequence[N]) -> None:
        present = set(await repository.names(*self.place))
        surplus = present - {noun.name for noun in wanted} - self.kept.get(repository.kind, frozenset())
        for name in await repository.delete_many(*self.place, sorted(surplus)):
            self.ledger.removed.append(self._item(repository.kind.value, name))
        changed: set[str] = set()
        for zone, nouns in self._zones(repository.kind, wanted):
            changed |= set(await repository.put_many(*self.place, nouns, shared=zone))
        for noun in wanted:
            item = self._item(repository.kind.value, noun.name)
            self.ledger.stored(item, noun.name in present, noun.name in changed)

    def _zones(self, kind: EntityKind, wanted: Sequence[N]) -> Iterable[tuple[bool | None, Sequence[N]]]:
        if self.shared is None:
            return [(None, wanted)]
        shared = self.shared.get(kind, frozenset())
        return [(zone, [noun for noun in wanted if (noun.name in shared) is zone]) for zone in (False, True)]

    async def _labels(self, wanted: LevelContent) -> None:
        """Entities of the landscape have the labels that it says, and no others."""
        said = {(item.kind, item.name): item.labels for item in wanted.labels}
        kinds: tuple[tuple[EntityKind, Sequence[Entity]], ...] = (
            (EntityKind.DESTINATION, wanted.destinations),
            (EntityKind.FRAGMENT, wanted.fragments),
            (EntityKind.CERTIFICATE, wanted.certificates),
        )
        for kind, nouns in kinds:
            names = [noun.name for noun in nouns]
            await self._labels_of(kind, names, {name: said.get((kind, name), ()) for name in names})

    async def _labels_of(self, kind: EntityKind, names: Sequence[str], said: Mapping[str, tuple[Label, ...]]) -> None:
        repository = LabelRepository(self.session)
        present: dict[str, list[Label]] = {}
        for some in _chunks(names):
            present |= await repository.get_many(kind, self.place, some)
        for name, labels in said.items():
            before = present.get(name, [])
            if not labels and not before:
                continue
            changed = set(before) != set(labels)
            if changed:
                await repository.set(kind, self.place, name, labels)
            item = self._item("labels", f"{kind.value} {name}")
            if labels:
                self.ledger.stored(item, bool(before), changed)
            else:
                self.ledger.removed.append(item)

    def _item(self, kind: str, name: str) -> Item:
        return Item(kind, self.place[0], self.prefix + name)


def _chunks(names: Sequence[str], size: int = 200) -> Iterable[Sequence[str]]:
    return (names[start : start + size] for start in range(0, len(names), size))
