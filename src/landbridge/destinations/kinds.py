"""What destinations, fragments and certificates have in common as content of a level, and where they differ."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from landbridge.destinations.assertion_providers import consumers
from landbridge.destinations.find import not_found
from landbridge.destinations.levels import Place
from landbridge.destinations.zones import SHARED
from landbridge.faults import FaultError, fault
from landbridge.model.destination import Destination, InvalidDestination, destination
from landbridge.model.fragment import Fragment, InvalidFragment, fragment
from landbridge.model.label import EntityKind
from landbridge.store import DestinationRepository, FragmentRepository, Session
from landbridge.store.levels import Entity, LevelRepository

N = TypeVar("N", bound=Entity)

Guard = Callable[[Session, Place, Sequence[N]], Awaitable[Mapping[str, str]]]
"""Which of these must stay as they are: the name of each, with the name of what needs it."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[N]):
    """A kind of content.

    entity      as the store calls it
    name_key    the property that is the name
    repository  keeps it
    read        makes one from a JSON object; raises `InvalidDestination` or `InvalidFragment`
    show        makes a JSON object from one
    missing     the refusal when there is none of a name at a place
    guard       what must not be changed or deleted; None when anything may
    metadata    what `$includeMetadata` can ask for
    usual       names that every tool of the original takes; others are stored, with a line in the log
    """

    entity: EntityKind
    name_key: str
    repository: type[LevelRepository[N]]
    read: Callable[[Mapping[str, object]], N]
    show: Callable[[N], dict[str, object]]
    missing: Callable[[str, Place], FaultError]
    guard: Guard[N] | None = None
    metadata: tuple[str, ...] = ("labels", SHARED)
    usual: re.Pattern[str] | None = None

    def at(self, session: Session, place: Place) -> LevelRepository[N]:
        """What keeps it, as far as it exists for the one who asks for this place."""
        return self.repository(session, shared_only=place.shared_only)


def invalid(entity: str, error: InvalidDestination | InvalidFragment) -> FaultError:
    """The refusal of properties that make no entity. `entity`: which of the request's it is."""
    expected, property_ = error.expected, error.field[:100]
    return FaultError(fault("destination.content-invalid", property=property_, entity=entity, expected=expected))


def _no_fragment(name: str, _place: Place) -> FaultError:
    return FaultError(fault("destination.fragment-not-found", name=name[:200]))


DESTINATION: Kind[Destination] = Kind(
    entity=EntityKind.DESTINATION,
    name_key="Name",
    repository=DestinationRepository,
    read=destination,
    show=lambda noun: dict(noun.properties),
    missing=lambda name, place: not_found(name, str(place)),
    guard=consumers,
    metadata=("modification_time", "etag", "labels", SHARED),
    usual=re.compile(r"[A-Za-z0-9_-]+"),  # what the cockpit takes (destination-service §1.2)
)

FRAGMENT: Kind[Fragment] = Kind(
    entity=EntityKind.FRAGMENT,
    name_key="FragmentName",
    repository=FragmentRepository,
    read=fragment,
    show=lambda noun: dict(noun.properties),
    missing=_no_fragment,
)
