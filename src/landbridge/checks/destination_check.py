"""The check of a destination: staged along its way, independent stages side by side.

destination → token → proxy authorisation → connector → version → mapping → resource → backend → identity → answer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from msgspec.structs import replace

from landbridge.checks.destination_target import PROTOCOL, target_of
from landbridge.checks.evidence import Effect, Evidence, Layer, Step, Target
from landbridge.checks.inquiry import Inquiry
from landbridge.checks.manner import Manner
from landbridge.checks.observations import DestinationSeen, Observation, TrustAnchors
from landbridge.checks.plan import observe
from landbridge.checks.plans import PLANS
from landbridge.checks.probe import HARMLESS, Dialler, Logon, Probe, Scene, Trust
from landbridge.checks.probes import address
from landbridge.checks.probes.claims import claims_seen
from landbridge.checks.probes.on_premise import OnPremise
from landbridge.checks.probes.retrieval import fixed_headers, logon_of, retrieved
from landbridge.checks.surroundings import Found, Surroundings, Wish
from landbridge.model.clock import Clock

LONGER = 2
"""So many times as long as traffic does a check wait: a backend that is only slow is told from one that is silent."""
NOBODY = Trust()
_SPOKEN_WITH = frozenset({"MAIL", "LDAP"})
"""Types of destinations whose targets are asked in their own protocol, and logged on to on request only."""


async def checked(surroundings: Surroundings, wish: Wish, dialler: Dialler, clock: Clock, trust: Trust) -> Evidence:
    """Everything that is to be seen of a destination. Never raises for what stands in its way.

    trust  by which certificates are judged, where the destination names no trust store of its own
    """
    found = await surroundings.find(wish)
    if wish.person:
        return _alone("editor", target_of(found.seen, found.properties), clock, await surroundings.editor(wish))
    if wish.new:
        return _alone("names", target_of(found.seen, found.properties), clock, await surroundings.taken(wish.new))
    target = target_of(found.seen, found.properties, wish.path)
    began = Step(probe="destination", layer=Layer.DESTINATION, effect=Effect.PASSIVE, seen=(found.seen,))
    scene = Scene(
        target=target,
        dialler=dialler,
        clock=clock,
        trust=found.trust or trust,
        seconds=wish.seconds,
        allowed=HARMLESS | {Effect.INTRUSIVE} if wish.logon and found.seen.type in _SPOKEN_WITH else HARMLESS,
    )
    if not found.seen.good or not target.port:
        claims = claims_seen(wish)
        given = Step(probe="claims", layer=Layer.TOKEN, effect=Effect.PASSIVE, seen=claims)
        return Evidence(target=target, at=clock(), steps=(given, began) if claims else (began,))
    if target.location:
        return await _through_connector(surroundings, wish, found, scene, began)
    return await _from_here(surroundings, wish, found, scene, began)


async def looked_through(
    surroundings: Surroundings,
    target: Target,
    wish: Wish,
    dialler: Dialler,
    clock: Clock,
    *,
    inquiry: Inquiry | None = None,
    trust: Trust = NOBODY,
) -> Evidence:
    """What is to be seen of a system behind a connector, without a destination. `target.location` says which one.

    inquiry  what the connector asks the system in its own protocol; `trust` judges what it shows then
    """
    kind = "HTTP" if target.scheme in ("http", "https") else "TCP"
    location = target.location.removeprefix("location:")
    seen = DestinationSeen(name=wish.name, type=kind, proxy_type="OnPremise", location=location)
    stage = OnPremise(surroundings, wish, Found(seen, {}), target, inquiry)
    scene = Scene(target=target, dialler=dialler, clock=clock, seconds=LONGER * wish.seconds)
    without = {"token"} if wish.proxy_token is not None else {"token", "claims"}
    evidence = await observe(scene, [one for one in stage.probes() if one.name not in without])
    return replace(evidence, steps=(*_trusting(inquiry, trust), *stage.joined(evidence.steps)))


def _trusting(inquiry: Inquiry | None, trust: Trust) -> tuple[Step, ...]:
    """By what certificates are judged that the system shows to its callers: nothing that the connector has to know."""
    if inquiry is None or inquiry.kind == "http":
        return ()
    anchors = TrustAnchors(source=trust.source, certificates=trust.certificates)
    return (Step(probe="trust", layer=Layer.TLS_SERVER, effect=Effect.PASSIVE, seen=(anchors,)),)


def _alone(name: str, target: Target, clock: Clock, seen: Observation) -> Evidence:
    """Evidence of one question about the Destination service; the destination's way is not looked at."""
    step = Step(probe=name, layer=Layer.AUTHORISATION, effect=Effect.SAFE, seen=(seen,))
    return Evidence(target=target, at=clock(), steps=(step,))


async def _through_connector(
    surroundings: Surroundings, wish: Wish, found: Found, scene: Scene, began: Step
) -> Evidence:
    inquiry = _inquiry(wish, found, scene) if found.seen.type in _SPOKEN_WITH else None
    target = inquiry.target if inquiry is not None else scene.target
    stage = OnPremise(surroundings, wish, found, target, inquiry)
    evidence = await observe(dataclasses.replace(scene, target=target, seconds=LONGER * wish.seconds), stage.probes())
    beside = _skipped({"address": wish.addresses}, "the connector finds the addresses of internal hosts itself")
    return replace(evidence, steps=(began, *_trusting(inquiry, scene.trust), *stage.joined(evidence.steps), *beside))


def _inquiry(wish: Wish, found: Found, scene: Scene) -> Inquiry:
    """What the connector asks a server in its protocol. It hears secrets, and whom to tell them, on request only."""
    logon = logon_of(found, ()) if wish.logon else Logon()
    target = replace(scene.target, user=logon.user)
    return Inquiry(
        target=target, logon=logon, intrusive=wish.logon, trust=scene.trust.certificates if wish.logon else ()
    )


async def _from_here(surroundings: Surroundings, wish: Wish, found: Found, scene: Scene, began: Step) -> Evidence:
    """A destination on the Internet: with its tokens, from where this program runs."""
    facts, tokens = await retrieved(surroundings, wish, found)
    token = Step(probe="token", layer=Layer.TOKEN, effect=Effect.SAFE, seen=facts)
    client = found.properties.get("sap-client", "")
    manner = Manner(headers=fixed_headers(found.properties), follow=True, sap_client=client)
    logon = logon_of(found, tokens)
    if wish.addresses:  # somebody else may be there
        logon, manner = Logon(), dataclasses.replace(manner, headers=())
    target = replace(scene.target, user=logon.user)
    ours = dataclasses.replace(scene, target=target, logon=logon, manner=manner, addresses=wish.addresses)
    evidence = await observe(ours, _probes(ours.target))
    asked = {"traffic": wish.watch, "idle": wish.idle, "websocket": wish.websocket}
    beside = _skipped(asked, "the destination does not lead through a connector")
    return replace(evidence, steps=(began, token, *evidence.steps, *beside))


def _skipped(asked: Mapping[str, object], reason: str) -> tuple[Step, ...]:
    """What was asked for and cannot be done."""
    layer, effect = Layer.APPLICATION, Effect.PASSIVE
    return tuple(Step(probe=one, layer=layer, effect=effect, skipped=reason) for one, wanted in asked.items() if wanted)


def _probes(target: Target) -> tuple[Probe, ...]:
    if target.protocol == PROTOCOL:
        return (address.NAME, address.TCP)
    return PLANS[target.protocol].probes
