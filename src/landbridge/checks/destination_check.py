"""The check of a destination: staged along its way, independent stages side by side.

destination → token → proxy authorisation → connector → version → mapping → resource → backend → identity → answer.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec.structs import replace

from landbridge.checks.evidence import Effect, Evidence, Layer, Step, Target
from landbridge.checks.plan import observe
from landbridge.checks.probe import Dialler, Scene, Trust
from landbridge.checks.probes.on_premise import OnPremise
from landbridge.checks.surroundings import Found, Surroundings, Wish
from landbridge.model.clock import Clock

PROTOCOL = "destination"
"""Name of this kind of evidence."""
LONGER = 2
"""So many times as long as traffic does a check wait: a backend that is only slow is told from one that is silent."""


async def checked(surroundings: Surroundings, wish: Wish, dialler: Dialler, clock: Clock, trust: Trust) -> Evidence:
    """Everything that is to be seen of a destination. Never raises for what stands in its way."""
    found = await surroundings.find(wish)
    target = target_of(found, wish)
    began = Step(probe="destination", layer=Layer.DESTINATION, effect=Effect.PASSIVE, seen=(found.seen,))
    scene = Scene(target=target, dialler=dialler, clock=clock, trust=trust, seconds=LONGER * wish.seconds)
    if not found.seen.good:
        return Evidence(target=target, at=clock(), steps=(began,))
    stage = _stage(surroundings, wish, found, target)
    evidence = await observe(scene, stage.probes())
    return replace(evidence, steps=(began, *stage.joined(evidence.steps)))


def _stage(surroundings: Surroundings, wish: Wish, found: Found, target: Target) -> OnPremise:
    return OnPremise(surroundings, wish, found, target)


def target_of(found: Found, wish: Wish) -> Target:
    """Where a destination leads to."""
    seen = found.seen
    location = f"location:{seen.location}" if seen.proxy_type == "OnPremise" else ""
    parts = urlsplit(found.properties.get("URL", ""))
    query = f"?{parts.query}" if parts.query else ""
    path = wish.path or (parts.path or "/") + query
    return Target(
        protocol=PROTOCOL,
        scheme=parts.scheme,
        host=parts.hostname or seen.name,
        port=parts.port or (443 if parts.scheme == "https" else 80),
        path=path if path.startswith("/") else f"/{path}",
        location=location,
    )
