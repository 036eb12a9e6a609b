"""A landscape: subaccounts with their content, and connectors with their mappings."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.model.mapping import Mapping
from landbridge.model.subaccount import SubaccountContent


@dataclass(frozen=True, slots=True)
class ConnectorContent:
    """A connector as a landscape describes it. `trusted_ca_files` are PEM files for HTTPS backends, absolute paths."""

    name: str
    subaccount_id: str
    location_id: str = ""
    description: str = ""
    mappings: tuple[Mapping, ...] = ()
    trusted_ca_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Landscape:
    """Everything a landscape file says. The cloud side applies subaccounts, each connector its own section."""

    subaccounts: tuple[SubaccountContent, ...] = ()
    connectors: tuple[ConnectorContent, ...] = ()
