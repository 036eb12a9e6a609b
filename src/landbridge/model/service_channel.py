"""Service channels: on-premise clients reach cloud services (cloud-connector §1.7, connectivity-proxy §13)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceChannel:
    """The connector's end: whoever connects to host:port there reaches the service."""

    service_id: str
    port: int
    host: str = "127.0.0.1"
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ServiceMapping:
    """The cloud side's end: which address a service is, and for which location ids of the subaccount."""

    subaccount_id: str
    service_id: str
    internal_host: str
    internal_port: int
    location_ids: tuple[str, ...] = ("",)
