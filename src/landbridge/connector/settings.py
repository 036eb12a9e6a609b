"""Settings of a connector: one frozen value. Sizes in bytes, times in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.net.proxy import HttpProxy

AGENT_VERSION = "0.1.0"
COMPAT_VERSION = "2.19.0"
"""The release of the original that this connector behaves like; documented version limits compare this one."""


@dataclass(frozen=True, slots=True)
class ConnectorSettings:
    """How a connector dials and how long it waits."""

    compat_version: str = COMPAT_VERSION
    """The release of the original that is told to the cloud side. Example: 2.7.0, to see what depends on it."""
    connect_timeout: float = 8.0
    """For name, TCP and TLS to a backend together; shorter than the gateway's open_timeout."""
    first_byte_timeout: float = 300.0
    """From the end of a request to the first byte of its answer; 0 waits for ever."""
    body_idle_timeout: float = 300.0
    """Between two pieces of an answer's body; 0 waits for ever."""
    response_line_limit: int = 8192
    """Status line, and each header line, of a backend (cloud-connector §10)."""
    response_head_limit: int = 8192
    """All headers of a backend's answer together (cloud-connector §10)."""
    window: int = 1024 * 1024
    """Credit that a stream may grow to beyond the first 256 KiB."""
    stream_limit: int = 10_000
    dial_timeout: float = 15.0
    proxy: HttpProxy | None = None
    """HTTP proxy on the way out to gateways; never used towards backends (cloud-connector §1.1)."""
    connections: int = 1
    """TLS connections to each gateway; 2 for medium traffic (cloud-connector §1.3)."""
    renew_before: float = 30 * 86_400.0
    """Remaining life, in seconds, below which the connector renews its certificate; a third of a shorter life."""
    ping_interval: float = 15.0
    ping_timeout: float = 15.0
    backoff_first: float = 0.5
    backoff_most: float = 30.0
    steady_time: float = 10.0
    """A tunnel that lived so long resets the backoff; a shorter one is a flap, not a success."""
