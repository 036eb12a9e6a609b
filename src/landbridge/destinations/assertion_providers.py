"""Destinations that yield the client assertion of others must stay while they do (destination-service §3.9)."""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.destinations.levels import Place
from landbridge.model.destination import Destination
from landbridge.store import DestinationRepository, Session

MARK = "clientAssertion.type"
"""A destination without this property yields no assertion, so nobody can depend on it."""

REFERENCE = "clientAssertion.destinationName"


async def consumers(session: Session, place: Place, changing: Sequence[Destination]) -> dict[str, str]:
    """Which of `changing` are in use, each with a destination that uses it and is not among them."""
    providers = {destination.name for destination in changing if destination.get(MARK)}
    going = {destination.name for destination in changing}
    found: dict[str, str] = {}
    if providers:
        async for stored in DestinationRepository(session).stream(*place.key):
            provider = stored.noun.get(REFERENCE)
            if provider in providers and stored.noun.name not in going:
                found.setdefault(provider, stored.noun.name)
    return {name: found[name] for name in sorted(found)}
