"""The client certificate that is shown to servers which ask for one. Nothing is measured: it is written down."""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.observations import Observation, OurCertificate
from landbridge.checks.pem_file import pem_certificates
from landbridge.checks.probe import Probe, Scene


def shown_chain(scene: Scene) -> tuple[str, ...]:
    """The chain (PEM); empty when there is none that can be read."""
    try:
        return pem_certificates(scene.logon.certificate) if scene.logon.certificate else ()
    except ValueError:
        return ()


async def _look(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return [OurCertificate(chain=shown_chain(scene))]


def _given(scene: Scene) -> bool:
    return bool(scene.logon.certificate)


OWN = Probe("our-certificate", Layer.TLS_CLIENT, Effect.PASSIVE, _look, aside=True, wanted=_given)
