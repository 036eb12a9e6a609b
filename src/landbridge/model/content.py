"""What stands on one level: destinations with what belongs to them."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.model.certificate import StoredCertificate
from landbridge.model.destination import Destination
from landbridge.model.fragment import Fragment
from landbridge.model.label import EntityKind, Label


@dataclass(frozen=True, slots=True)
class LabelledEntity:
    """An entity of a level, by its name, with all its labels."""

    kind: EntityKind
    name: str
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class LevelContent:
    """Everything on the level of a subaccount or of an instance."""

    destinations: tuple[Destination, ...] = ()
    fragments: tuple[Fragment, ...] = ()
    certificates: tuple[StoredCertificate, ...] = ()
    labels: tuple[LabelledEntity, ...] = ()


@dataclass(frozen=True, slots=True)
class SubscriptionContent:
    """What a subscriber keeps for an application of its provider, in one of the two zones of that level.

    provider_id  the subaccount that owns the instance
    instance     name or id of the instance
    shared       whether people of the subscriber may reach it
    """

    provider_id: str
    instance: str
    shared: bool = False
    level: LevelContent = LevelContent()
