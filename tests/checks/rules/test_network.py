"""Name, TCP and proxies: what is judged from facts alone, where no machine at hand has such a network."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from landbridge.checks.diagnose import diagnose
from landbridge.checks.evidence import Effect, Evidence, Layer, Perspective, Step, Target
from landbridge.checks.observations import (
    AddressTried,
    NameResolved,
    Observation,
    ProxyTried,
    TenantHost,
    TlsHandshake,
)

V4 = AddressTried(address="192.0.2.7", port=443, milliseconds=4)
V6 = AddressTried(address="2001:db8::7", port=443, milliseconds=4)
SILENT_V6 = AddressTried(address="2001:db8::7", port=443, problem="timeout", reason="no answer in time")
SILENT_V4 = AddressTried(address="192.0.2.7", port=443, problem="timeout", reason="no answer in time")
NO_V6 = AddressTried(address="2001:db8::7", port=443, problem="unreachable", reason="ENETUNREACH")
REFUSED_V6 = AddressTried(address="2001:db8::7", port=443, problem="refused", reason="connection refused")
REFUSED = AddressTried(address="192.0.2.7", port=443, problem="refused", reason="connection refused")
NAMELESS = NameResolved(host="tenant.example.test", problem="the name is not known")
PROXY = ProxyTried(proxy="proxy.example.test:3128")
BAD_GATEWAY = ProxyTried(proxy="proxy.example.test:3128", problem="refused", reason="it answered 502", status=502)
WANTS_PASSWORD = ProxyTried(proxy="proxy.example.test:3128", problem="refused", reason="it answered 407", status=407)
NO_PROXY = ProxyTried(proxy="proxy.example.test:3128", problem="unreachable", reason="connection refused")


def judged(*facts: Observation, protocol: str = "tls", location: str = "") -> list[str]:
    target = Target(
        protocol=protocol, host="tenant.example.test", port=443, location=location, perspective=Perspective.ENDPOINT
    )
    step = Step(probe="tcp", layer=Layer.TCP, effect=Effect.HANDSHAKE, seen=facts)
    found = diagnose(Evidence(target=target, at=0, steps=(step,)))
    return [one.cause for one in found if one.failure == "inbound.icm-connection-failed"]


@pytest.mark.parametrize(
    ("facts", "causes"),
    [
        ((V4,), []),
        ((REFUSED, replace(V4, address="192.0.2.8")), ["refused"]),
        ((SILENT_V4, replace(V4, address="192.0.2.8")), ["filtered"]),
        ((REFUSED, SILENT_V4, replace(V4, address="192.0.2.8")), ["refused"]),
        ((REFUSED_V6, SILENT_V4, replace(V4, address="192.0.2.8")), ["filtered"]),
        ((V6, V4), []),
        ((SILENT_V6, V4), ["v6-only-path"]),
        ((NO_V6, V4), []),
        ((REFUSED_V6, V4), []),
        ((SILENT_V6, V6, V4), []),
        ((SILENT_V6, SILENT_V4), ["filtered"]),
        ((SILENT_V6, REFUSED), ["refused"]),
        ((NO_V6, SILENT_V4), ["filtered"]),
        ((NO_V6,), ["filtered"]),
        ((replace(REFUSED, problem="forbidden"),), []),
        ((REFUSED_V6, REFUSED), ["refused"]),
        ((NAMELESS,), ["dns"]),
        ((NAMELESS, PROXY), ["proxy-needed"]),
        ((SILENT_V4, PROXY), ["proxy-needed"]),
        ((REFUSED, BAD_GATEWAY), ["refused"]),
        ((REFUSED, WANTS_PASSWORD), ["proxy-wrong", "refused"]),
        ((V4, BAD_GATEWAY), ["proxy-wrong"]),
        ((V4, NO_PROXY), ["proxy-wrong"]),
        ((V4, PROXY), []),
        ((V4, TenantHost(host="Tenant.Example.Test.")), []),
        ((V4, TenantHost(host="other.example.test")), ["wrong-region-host"]),
        ((REFUSED, TenantHost(host="other.example.test")), ["refused"]),
    ],
)
def test_causes(facts: tuple[Observation, ...], causes: list[str]) -> None:
    assert judged(*facts) == causes


@pytest.mark.parametrize("protocol", ["ssh", "sftp", "smtp"])
def test_protocols_with_a_row_of_their_own_are_left_to_it(protocol: str) -> None:
    assert judged(REFUSED, protocol=protocol) == []


def test_what_a_connector_met_is_left_to_its_own_rows() -> None:
    assert judged(REFUSED, location="location:") == []


def test_an_end_after_newer_versions_were_held_back_is_not_the_networks_fault() -> None:
    closed = TlsHandshake(host="h", port=443, server_name="h", problem="closed", offered="1.1")
    fine = TlsHandshake(host="h", port=443, server_name="h", version="TLSv1.3", ended="open")
    assert judged(V4, closed) == ["broken-later"]
    assert judged(V4, closed, fine) == []
