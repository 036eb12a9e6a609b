"""A landscape: subaccounts with their content, and connectors with their mappings."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from landbridge.model.mapping import CookieDomain, Mapping
from landbridge.model.propagation import KeyFiles, Propagation
from landbridge.model.service_channel import ServiceChannel
from landbridge.model.subaccount import SubaccountContent


class ProbeScope(StrEnum):
    """What a connector lets the cloud side measure through it (design §5)."""

    MAPPED = "mapped"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class ConnectorContent:
    """A connector as a landscape describes it.

    service_channels    local ports that lead to services of the cloud side
    cookie_domains      domains of cookies that are renamed on the way out
    trusted_ca_files    PEM files of the authorities of TLS backends, absolute paths
    system_certificate  what the connector presents to TLS backends
    propagation         how users reach backends
    probes              whether checks of the cloud side may measure the systems behind mappings
    probes_tell_internal  whether what they see may name internal hosts and addresses
    """

    name: str
    subaccount_id: str
    location_id: str = ""
    description: str = ""
    mappings: tuple[Mapping, ...] = ()
    service_channels: tuple[ServiceChannel, ...] = ()
    cookie_domains: tuple[CookieDomain, ...] = ()
    trusted_ca_files: tuple[str, ...] = ()
    system_certificate: KeyFiles | None = None
    propagation: Propagation = field(default_factory=Propagation)
    probes: ProbeScope = ProbeScope.MAPPED
    probes_tell_internal: bool = False


@dataclass(frozen=True, slots=True)
class Landscape:
    """Everything a landscape file says. The cloud side applies subaccounts, each connector its own section."""

    subaccounts: tuple[SubaccountContent, ...] = ()
    connectors: tuple[ConnectorContent, ...] = ()
