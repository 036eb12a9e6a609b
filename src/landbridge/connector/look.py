"""Looks at one mapping for a check that somebody makes on the cloud side, with the connector's own trust and identity.

The connector alone decides what it looks at: systems of its mappings, and of those only paths that are exposed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

from cryptography import x509
from msgspec import structs

from landbridge.checks.diallers import DirectDialler
from landbridge.checks.evidence import Effect, Evidence, Layer, Target
from landbridge.checks.observations import Observation, TlsHandshake
from landbridge.checks.observations.connector import BackendAnswered, BackendConnected, ConnectorState, MappingSeen
from landbridge.checks.plan import observe
from landbridge.checks.probe import Logon, Probe, Scene
from landbridge.checks.probes import address
from landbridge.checks.probes.tls import handshake
from landbridge.connector.access import AccessTable
from landbridge.connector.availability import head_of
from landbridge.connector.backend import BackendConnection
from landbridge.connector.dial_backend import connect_backend
from landbridge.connector.inquire import asked_for, inquired
from landbridge.connector.nearness import nearest, passes_in_other_case, passes_plainly
from landbridge.connector.policy import Policy
from landbridge.connector.propagation.trust_list import TrustList
from landbridge.connector.route import route
from landbridge.connector.settings import AGENT_VERSION, ConnectorSettings
from landbridge.connector.trust import asked_for_certificate
from landbridge.connector.veil import veiled
from landbridge.faults import FaultError
from landbridge.model.clock import Clock
from landbridge.model.mapping import Mapping
from landbridge.model.secret import Secret
from landbridge.net.dial import DialFailed
from landbridge.wire.http1 import ResponseHead, is_target
from landbridge.wire.messages import Probe as Question

PROTOCOL = "connector"
"""Name of this kind of evidence."""
_TLS_TROUBLE = frozenset(
    {"backend.certificate-untrusted", "backend.tls-failed", "backend.answer-invalid", "backend.closed"}
)
"""After these a handshake of its own shows what the backend speaks."""


@dataclass(frozen=True, slots=True)
class Looker:
    """What a connector needs to look at its mappings."""

    policy: Policy
    trust: TrustList
    settings: ConnectorSettings
    clock: Clock

    async def look(self, question: Question) -> Evidence:
        """Everything about one mapping. Raises `FaultError` (`connector.system-not-exposed`) for what is none."""
        mapping, decision = _decided(self.policy.access, question)
        inquiry = asked_for(question)
        look = _Look(self, mapping, question, decision)
        target = Target(
            protocol=PROTOCOL, host=mapping.internal_host, port=mapping.internal_port_of(question.port), path="/"
        )
        scene = Scene(target, DirectDialler(), self.clock, seconds=question.seconds)
        evidence = await observe(scene, look.probes())
        told = evidence if self.policy.probes_tell_internal else veiled(evidence, question.host, question.port)
        if inquiry is None:
            return told
        said = await inquired(inquiry, question, mapping, self.policy, self.settings, self.clock, evidence)
        return structs.replace(told, steps=(*told.steps, *said))


def _decided(access: AccessTable, question: Question) -> tuple[Mapping, str]:
    """The mapping, and the code of the fault with which it refuses the path (empty: it does not)."""
    if question.kind == "tcp":
        return access.decide_bare(question.host, question.port), ""
    mapping = access.http_mapping(question.host, question.port)
    path = question.path.partition("?")[0]
    if not path.startswith("/") or not path.isascii() or not is_target(question.path.encode("latin-1", "replace")):
        return mapping, "connector.open-invalid"
    try:
        access.decide(question.host, question.port, question.path, upgrade=False)
    except FaultError as error:
        return mapping, error.fault.code
    return mapping, ""


@dataclass(frozen=True, slots=True)
class _Look:
    looker: Looker
    mapping: Mapping
    question: Question
    decision: str

    def probes(self) -> tuple[Probe, ...]:
        return (
            Probe("connector", Layer.TUNNEL, Effect.PASSIVE, self._state),
            Probe("mapping", Layer.MAPPING, Effect.PASSIVE, self._mapping),
            Probe("backend-name", Layer.NAME, Effect.PASSIVE, address.NAME.look),
            Probe("backend-tcp", Layer.TCP, Effect.HANDSHAKE, address.TCP.look, after=("backend-name",)),
            Probe("backend", Layer.PROTOCOL, Effect.SAFE, self._backend),
        )

    async def _state(self, scene: Scene, evidence: Evidence) -> Sequence[Observation]:
        trust = self.looker.trust
        return [
            ConnectorState(
                agent_version=AGENT_VERSION,
                compat_version=self.looker.settings.compat_version,
                time=scene.clock(),
                issuers=len(trust),
                disabled=(*trust.disabled, *self.looker.policy.disabled_issuers),
                certificate_until=_ends(self.looker.policy),
            )
        ]

    async def _mapping(self, scene: Scene, evidence: Evidence) -> Sequence[Observation]:
        mapping = self.mapping
        path = self.question.path.partition("?")[0][:1000] if mapping.protocol.is_http else ""
        near = nearest(mapping, path) if self.decision else None
        return [
            MappingSeen(
                protocol=mapping.protocol.value,
                authentication_mode=mapping.authentication_mode.value,
                path=path,
                decision=self.decision,
                rule=near.resource.path if near else "",
                position=near.position if near else -1,
                exact=near.resource.exact_match_only if near else False,
                enabled=near.resource.enabled if near else True,
                differs_in_case=bool(self.decision) and passes_in_other_case(mapping, path),
                plain_passes=bool(self.decision) and passes_plainly(mapping, path),
            )
        ]

    async def _backend(self, scene: Scene, evidence: Evidence) -> Sequence[Observation]:
        """Connect as traffic does, and ask for the path if it is exposed; where TLS is the trouble, look closer."""
        looker, mapping, loop = self.looker, self.mapping, asyncio.get_running_loop()
        began = loop.time()
        settings, tls = looker.settings, looker.policy.backend_tls
        try:
            backend = await connect_backend(
                lambda: BackendConnection(settings, looker.policy.rewriter), mapping, self.question.port, settings, tls
            )
        except FaultError as error:
            facts: list[Observation] = [self._unconnected(error, _since(began))]
        else:
            facts = [self._connected(backend, _since(began))]
            if mapping.protocol.is_http and not self.decision:
                facts.append(await self._answer(scene, backend))
            backend.abort()
        if any(getattr(fact, "code", "") in _TLS_TROUBLE for fact in facts):
            facts += await self._handshake(scene)
        return facts

    def _unconnected(self, error: FaultError, milliseconds: float) -> BackendConnected:
        cause = error.__cause__
        number = cause.verify_error if isinstance(cause, DialFailed) else 0
        is_tls = self.mapping.protocol.is_tls
        return BackendConnected(code=error.fault.code, verify_error=number, tls=is_tls, milliseconds=milliseconds)

    def _connected(self, backend: BackendConnection, milliseconds: float) -> BackendConnected:
        return BackendConnected(
            tls=self.mapping.protocol.is_tls,
            certificate_sent=asked_for_certificate(backend.tls_object),
            milliseconds=milliseconds,
        )

    async def _answer(self, scene: Scene, backend: BackendConnection) -> Observation:
        began = asyncio.get_running_loop().time()
        request = f"HEAD {self.question.path} HTTP/1.1\r\n".encode("latin-1")
        request += route(self.mapping).head_lines + b"Connection: close\r\n\r\n"
        try:
            head = await head_of(backend, self.mapping, request, scene.seconds)
        except FaultError as error:
            return BackendAnswered(code=error.fault.code, milliseconds=_since(began))
        return BackendAnswered(
            status=head.status,
            server=_header(head, b"server"),
            date=_moment(_header(head, b"date")),
            milliseconds=_since(began),
        )

    async def _handshake(self, scene: Scene) -> Sequence[Observation]:
        """What the backend shows in a handshake of its own, whatever the mapping expects of it."""
        logon = await asyncio.to_thread(_logon, self.looker.policy)
        closer = Scene(scene.target, scene.dialler, scene.clock, logon, seconds=scene.seconds)
        try:
            seen: TlsHandshake = await handshake(closer, scene.target.host, scene.target.host)
        except (DialFailed, OSError, ValueError):
            return ()
        return (seen,)


def _logon(policy: Policy) -> Logon:
    """The system certificate, for a handshake of its own."""
    if policy.system is None:
        return Logon()
    certificate, key = Path(policy.system.certificate).read_text(), Path(policy.system.key).read_text()
    return Logon(certificate=certificate, key=Secret(key))


def _ends(policy: Policy) -> float:
    if policy.system is None:
        return 0.0
    try:
        pem = Path(policy.system.certificate).read_bytes()
        return x509.load_pem_x509_certificate(pem).not_valid_after_utc.timestamp()
    except (OSError, ValueError):
        return 0.0


def _since(began: float) -> float:
    return round((asyncio.get_running_loop().time() - began) * 1000, 1)


def _header(head: ResponseHead, name: bytes) -> str:
    found = next((value for key, value in head.headers if key.lower() == name), b"")
    return found.decode("latin-1")[:200]


def _moment(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp() if date else 0.0
    except ValueError:
        return 0.0
