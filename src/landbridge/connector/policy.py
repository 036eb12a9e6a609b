"""What a connector lets through and how: everything that its configuration decides, as one value.

A changed configuration makes a new policy. Streams keep the one they began with, so a change touches no stream that is
under way, and every new one at once (cloud-connector §4.5).
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from landbridge.connector.access import AccessTable
from landbridge.connector.propagation.certificate import load_issuer
from landbridge.connector.propagation.propagate import Propagator
from landbridge.connector.propagation.token import TokenCheck
from landbridge.connector.propagation.trust_list import TrustList
from landbridge.connector.rewrite import Rewriter
from landbridge.connector.trust import backend_trust
from landbridge.model.clock import Clock
from landbridge.model.landscape import ConnectorContent, ProbeScope
from landbridge.model.propagation import KeyFiles


@dataclass(frozen=True, slots=True)
class Policy:
    """access decides, propagator identifies, rewriter renames, backend_tls says whom we trust behind us.

    system, probes, probes_tell_internal, disabled_issuers  as configured, for looking at backends
    """

    access: AccessTable
    propagator: Propagator
    rewriter: Rewriter
    backend_tls: ssl.SSLContext
    failure_status: int
    system: KeyFiles | None = None
    probes: ProbeScope = ProbeScope.MAPPED
    probes_tell_internal: bool = False
    disabled_issuers: tuple[str, ...] = ()


def policy_of(content: ConnectorContent, folder: Path, trust: TrustList, clock: Clock) -> Policy:
    """The policy of a configuration.

    folder  where the connector keeps its own authority; one is only made when a mapping needs it
    trust   the issuers whose user tokens count, kept up to date by the tunnel

    Raises `FaultError` (`connector.state-unreadable`) when a file of the configuration cannot be used.
    """
    settings = content.propagation
    disabled = settings.disabled_issuers
    check = TokenCheck(trust, content.subaccount_id, settings.tolerance_hours, clock, disabled)
    needed = any(mapping.authentication_mode.propagates for mapping in content.mappings)
    issuer = load_issuer(settings.authority, folder, settings.certificate_minutes, clock) if needed else None
    return Policy(
        access=AccessTable(content.mappings),
        propagator=Propagator(check, settings.rules, issuer),
        rewriter=Rewriter(content.mappings, content.cookie_domains),
        backend_tls=backend_trust([Path(file) for file in content.trusted_ca_files], content.system_certificate),
        failure_status=settings.failure_status,
        system=content.system_certificate,
        probes=content.probes,
        probes_tell_internal=content.probes_tell_internal,
        disabled_issuers=disabled,
    )
