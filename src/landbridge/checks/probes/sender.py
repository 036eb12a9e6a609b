"""What the sender told us: what else it trusts, what it saw, whose endpoint it wants. Nothing is measured."""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.observations import Observation, OtherTrust, SenderSaw, TenantHost
from landbridge.checks.probe import Probe, Scene


async def _told(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    terms = scene.tls
    seen: list[Observation] = []
    if terms.other_trust:
        seen.append(OtherTrust(certificates=terms.other_trust))
    if terms.seen:
        seen.append(SenderSaw(chain=terms.seen))
    if terms.tenant_host:
        seen.append(TenantHost(host=terms.tenant_host))
    return seen


def _anything(scene: Scene) -> bool:
    terms = scene.tls
    return bool(terms.other_trust or terms.seen or terms.tenant_host)


SENDER = Probe("sender", Layer.TLS_SERVER, Effect.PASSIVE, _told, aside=True, wanted=_anything)
