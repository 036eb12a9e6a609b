"""Which destination is meant: levels in their order, and fragments laid over it (destination-service §3.2-§3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from landbridge.destinations.caller import Caller
from landbridge.destinations.levels import Level, Place, place_of, split_level
from landbridge.destinations.merge import merge
from landbridge.destinations.request import FindRequest
from landbridge.destinations.trail import Trail
from landbridge.faults import FaultError, fault
from landbridge.model.destination import SECRET_KEYS, Destination
from landbridge.store import ReadModel

_SIMILAR_LIMIT = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A destination with its fragments merged.

    place            the level on which it was found
    certificates_at  the levels on which certificates that it refers to are looked for, in this order
    fragments        the places of its fragments by name, in the order in which they were applied
    """

    destination: Destination
    place: Place
    certificates_at: tuple[Place, ...]
    fragments: tuple[tuple[str, Place], ...] = ()

    def properties(self, skip_credentials: bool) -> dict[str, str]:
        """What the caller sees: everything, or everything but secrets (destination-service §1.3)."""
        hidden = SECRET_KEYS if skip_credentials else frozenset()
        return {key: value for key, value in self.destination.properties.items() if key not in hidden}


async def find(model: ReadModel, caller: Caller, request: FindRequest) -> Found:
    """The first version: the instance's level, then the subaccount's, both of the token's tenant.

    Never from a subscriber to its provider: clients do that themselves, with the provider's token (§3.2).
    Raises `FaultError` (404): no such destination, no such fragment on the level of the destination.
    """
    places = (place_of(Level.INSTANCE, caller), place_of(Level.SUBACCOUNT, caller))
    for place in places:
        destination = await look_up(model, place, request.name, request.trail)
        if destination is not None:
            break
    else:
        raise not_found(request.name, " and of ".join(map(str, places)))
    wanted = [(name, place) for name in request.fragment_names]
    return await _merged(model, destination, places[places.index(place) :], wanted, request)


async def find_on_level(model: ReadModel, caller: Caller, request: FindRequest) -> Found:
    """The second version: exactly the level that `name@level` says; each fragment says its own level or shares this.

    Raises `FaultError`: 404 as `find`, 400 for an unknown level, 403 for levels a subscriber must not mix,
    422 for a token of another identity provider (§2.3).
    """
    if "ias_iss" in caller.token.claims:
        raise FaultError(fault("destination.issuer-unfit"))
    name, level = split_level(request.name, Level.INSTANCE)
    references = [split_level(fragment, level) for fragment in request.fragment_names]
    levels = {level, *(fragment_level for _, fragment_level in references)}
    if caller.is_subscriber and Level.SUBACCOUNT in levels and len(levels) > 1:
        raise FaultError(fault("destination.levels-mixed"))
    place = place_of(level, caller)
    destination = await look_up(model, place, name, request.trail)
    if destination is None:
        raise not_found(name, str(place))
    wanted = [(fragment, place_of(fragment_level, caller)) for fragment, fragment_level in references]
    return await _merged(model, destination, (place,), wanted, request)


async def look_up(model: ReadModel, place: Place, name: str, trail: Trail) -> Destination | None:
    """The destination of that name at one place, with a note on the trail."""
    stored = await model.get(*place.key, name)
    held = f"version {stored.etag[:12]}" if stored else "nothing of this name"
    if stored is None and trail.wanted:
        held += _instead(name, await model.names(*place.key))
    trail.add(f"destination '{name}'", place, held)
    return stored.noun if stored else None


def not_found(name: str, places: str) -> FaultError:
    """The 404 whose text clients compare literally (§2.1). `places`: where there is none."""
    return FaultError(fault("destination.not-found", name=name[:200], place=f"of {places}"))


async def with_fragments(
    model: ReadModel,
    destination: Destination,
    wanted: Sequence[tuple[str, Place]],
    optional: bool,
    trail: Trail,
) -> tuple[Destination, tuple[tuple[str, Place], ...]]:
    """The destination with those fragments, and which of them were there.

    Raises `FaultError` (404) for one that is missing and not optional.
    """
    fragments, places = [], []
    for name, place in wanted:
        fragment = await model.fragment(*place.key, name)
        trail.add(f"fragment '{name}'", place, "there" if fragment else "nothing of this name")
        if fragment is not None:
            fragments.append(fragment.noun)
            places.append((name, place))
        elif not optional:
            raise FaultError(fault("destination.fragment-not-found", name=name[:200]))
    return merge(destination, fragments), tuple(places)


async def _merged(
    model: ReadModel,
    destination: Destination,
    levels: tuple[Place, ...],
    wanted: Sequence[tuple[str, Place]],
    request: FindRequest,
) -> Found:
    merged, fragments = await with_fragments(model, destination, wanted, request.fragment_optional, request.trail)
    return Found(merged, levels[0], levels, fragments)


def _instead(name: str, held: Sequence[str]) -> str:
    """What a level holds in place of the name: how many, and those that differ in case only."""
    similar = [other for other in held if other.casefold() == name.casefold()][:_SIMILAR_LIMIT]
    hint = f"; differs in case: {', '.join(similar)}" if similar else ""
    return f" among {len(held)}{hint}"
