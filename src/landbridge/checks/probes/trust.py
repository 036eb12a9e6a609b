"""What the certificates of the target are judged by. Nothing is measured: it is written down with the rest."""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.observations import Observation, TrustAnchors
from landbridge.checks.probe import Probe, Scene


async def _trust(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return [TrustAnchors(source=scene.trust.source, certificates=scene.trust.certificates)]


TRUST = Probe("trust", Layer.TLS_SERVER, Effect.PASSIVE, _trust)
