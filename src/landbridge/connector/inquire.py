"""Asks the backend of a mapping in its own protocol, with the probes that others use, and as its callers would.

What is seen is what callers of the mapping see, under its virtual name; so it may be told outside the connector.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from landbridge.checks.evidence import Effect, Evidence, Layer, Step, Target
from landbridge.checks.inquiry import Inquiry, read
from landbridge.checks.manner import Manner
from landbridge.checks.observations import AddressTried, BackendConnected, Observation
from landbridge.checks.plan import observe
from landbridge.checks.probe import Probe, Scene
from landbridge.connector.access import AccessTable
from landbridge.connector.mapped_dialler import MappedDialler
from landbridge.connector.policy import Policy
from landbridge.connector.settings import ConnectorSettings
from landbridge.faults import FaultError, fault
from landbridge.model.clock import Clock
from landbridge.model.mapping import HostInHeader, Mapping
from landbridge.model.secret import Secret
from landbridge.wire.messages import Probe as Question


def asked_for(question: Question) -> Inquiry | None:
    """What is to be asked; None: nothing. Raises `FaultError` (`connector.open-invalid`) for what cannot be read."""
    if not question.inquiry:
        return None
    try:
        inquiry = read(question.inquiry)
    except ValueError:
        raise FaultError(fault("connector.open-invalid", reason="the probe cannot be read")) from None
    if inquiry.kind != question.kind:
        raise FaultError(fault("connector.open-invalid", reason="the probe is for another kind of mapping"))
    return inquiry


async def inquired(
    inquiry: Inquiry,
    question: Question,
    mapping: Mapping,
    policy: Policy,
    settings: ConnectorSettings,
    clock: Clock,
    so_far: Evidence,
) -> tuple[Step, ...]:
    """What the backend says. `so_far` is what was seen of the way to it: where that does not lead on, nothing is."""
    dialler = MappedDialler(mapping, question.port, settings, policy.backend_tls)
    target = Target(protocol=inquiry.target.protocol, host=mapping.virtual_host, port=question.port)
    scene = inquiry.scene(target, dialler, clock, question.seconds, Manner(headers=_headers(mapping)))
    scene = replace(scene, refuses=_refuses(policy.access, question))
    try:
        seen = await observe(scene, (_way(so_far, mapping), *inquiry.probes))
    finally:
        await dialler.close()
    return seen.steps[1:]


def _way(so_far: Evidence, mapping: Mapping) -> Probe:
    """Stands for the connection, which was looked at already; later probes call the mapping by its virtual name."""
    connected = so_far.first(BackendConnected)
    missing = "" if connected is not None and connected.good else "backend did not pass"

    async def seen(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
        return [AddressTried(address=mapping.virtual_host, port=scene.target.port)]

    return Probe("tcp", Layer.TCP, Effect.PASSIVE, seen, ready=lambda scene, evidence: missing)


def _headers(mapping: Mapping) -> tuple[tuple[str, str | Secret], ...]:
    """What the connector writes into requests. The internal name is not to be seen in what is told of them."""
    if mapping.host_in_header is HostInHeader.VIRTUAL or not mapping.protocol.is_http:
        return ()
    return (("Host", Secret(mapping.internal)),)


def _refuses(access: AccessTable, question: Question) -> Callable[[str], str]:
    """Why a path may not be asked for: only those may that are exposed."""

    def refused(path: str) -> str:
        try:
            access.decide(question.host, question.port, path, upgrade=False)
        except FaultError as error:
            return error.fault.sentence
        return ""

    return refused
