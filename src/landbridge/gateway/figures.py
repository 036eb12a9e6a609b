"""The gateway's figures for GET /metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from landbridge.gateway.door import Door
from landbridge.gateway.registry import TunnelRegistry
from landbridge.gateway.tenants import Tenants
from landbridge.observe.metrics import HistogramSample, Sample


def figures(
    doors: Mapping[str, Door], registry: TunnelRegistry, tenants: Tenants, handshakes_failed: int
) -> Iterator[Sample | HistogramSample]:
    """All of them. What is labelled by subaccount and location is bounded by the connectors that were enrolled."""
    for name, door in doors.items():
        yield from _door(door, {"door": name})
        yield from door.latencies.samples({"door": name})
    yield from tenants.samples()
    yield Sample("landbridge_tunnel_failed_handshakes_total", handshakes_failed, "TLS handshakes failed.")
    yield from _tunnels(registry)


def _door(door: Door, labels: dict[str, str]) -> Iterator[Sample]:
    counters = door.counters
    yield Sample("landbridge_door_connections_total", counters.connections, "Client connections accepted.", labels)
    yield Sample("landbridge_door_open_connections", len(door.connections), "Client connections open now.", labels)
    yield Sample("landbridge_door_busy_connections", door.busy, "Client connections with a request under way.", labels)
    yield Sample("landbridge_door_requests_total", counters.requests, "Requests received.", labels)
    yield Sample("landbridge_door_answers_total", counters.answers, "Backend answers delivered whole.", labels)
    yield Sample("landbridge_door_cut_answers_total", counters.cut, "Backend answers that broke off.", labels)
    yield Sample("landbridge_door_received_bytes_total", counters.bytes_in, "Bytes from clients.", labels)
    yield Sample("landbridge_door_sent_bytes_total", counters.bytes_out, "Bytes to clients.", labels)
    for code, number in counters.refusals.items():
        refused = {**labels, "fault": code}
        yield Sample("landbridge_door_refusals_total", number, "Requests refused, by fault.", refused)


def _tunnels(registry: TunnelRegistry) -> Iterator[Sample]:
    connections = 0
    for status in registry.connectors():
        labels = {"subaccount": status.subaccount_id, "location": status.location_id}
        connections += status.connections
        yield Sample("landbridge_tunnel_connections", status.connections, "Tunnel connections.", labels)
        yield Sample("landbridge_tunnel_streams", status.streams, "Streams open now.", labels)
        yield Sample("landbridge_tunnel_round_trip_seconds", status.round_trip, "Of the last ping.", labels)
    # The original's own name, for boards that people have (connectivity-proxy §12.5).
    yield Sample("connectivity_business_data_tunnels_count", connections, "Active data tunnels.")
    for (subaccount, location), (sent, received) in registry.traffic().items():
        labels = {"subaccount": subaccount, "location": location}
        yield Sample("landbridge_tunnel_sent_bytes_total", sent, "Bytes to connectors.", labels)
        yield Sample("landbridge_tunnel_received_bytes_total", received, "Bytes from connectors.", labels)
    for (event, code), number in registry.changes.items():
        labels = {"event": event, "fault": code}
        yield Sample("landbridge_tunnel_changes_total", number, "Tunnels connected, refused, ended.", labels)
