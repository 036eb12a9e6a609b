"""What applying a landscape did."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a landscape. `kind` is a word like subaccount, user, destination or trusted issuer."""

    kind: str
    subaccount: str
    name: str


@dataclass(frozen=True, slots=True)
class Changes:
    """The outcome, by item. Nothing changed when the first three are empty."""

    created: tuple[Item, ...] = ()
    updated: tuple[Item, ...] = ()
    removed: tuple[Item, ...] = ()
    unchanged: tuple[Item, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.created or self.updated or self.removed)

    def touches(self, *kinds: str) -> bool:
        """Whether something of these kinds was created, updated or removed."""
        return any(item.kind in kinds for item in (*self.created, *self.updated, *self.removed))


@dataclass(slots=True)
class Ledger:
    """Collects items while they are applied."""

    created: list[Item] = field(default_factory=list)
    updated: list[Item] = field(default_factory=list)
    removed: list[Item] = field(default_factory=list)
    unchanged: list[Item] = field(default_factory=list)

    def stored(self, item: Item, existed: bool, changed: bool) -> None:
        """Note an item that the landscape wants."""
        (self.created if not existed else self.updated if changed else self.unchanged).append(item)

    def close(self) -> Changes:
        return Changes(tuple(self.created), tuple(self.updated), tuple(self.removed), tuple(self.unchanged))
