"""Names with addresses inside and outside: which one is called may change from one moment to the next."""

from __future__ import annotations

from landbridge.checks.evidence import Effect, Evidence, Layer, Step, Target
from landbridge.checks.observations import AddressTried, DestinationSeen, NameResolved, Observation
from landbridge.checks.report import report


def evidence(*facts: Observation) -> Evidence:
    seen = DestinationSeen(name="ERP", type="HTTP", proxy_type="Internet")
    step = Step(probe="tcp", layer=Layer.TCP, effect=Effect.HANDSHAKE, seen=(seen, *facts))
    return Evidence(target=Target(protocol="http", host="two.example", port=80), at=1.0, steps=(step,))


def tried(address: str, problem: str = "") -> AddressTried:
    return AddressTried(address=address, port=80, problem=problem)


def test_a_name_with_both_kinds_of_addresses() -> None:
    resolved = NameResolved(host="two.example", addresses=("203.0.113.7", "10.0.0.7"))
    found = report(evidence(resolved, tried("203.0.113.7"), tried("10.0.0.7", "forbidden")))
    assert found.findings[0].name == "avail.private-endpoint/rebinding"
    assert "10.0.0.7" in found.findings[0].evidence[0]
    assert {one.cause for one in found.findings[0].alternatives} == {"redirect-to-private", "disguised-form"}
    assert found.official is not None
    assert found.official.cause == "private-address"


def test_a_name_with_public_addresses_alone() -> None:
    resolved = NameResolved(host="two.example", addresses=("8.8.8.8",))
    found = report(evidence(resolved, tried("8.8.8.8")))
    assert not [one for one in found.findings if one.failure == "avail.private-endpoint"]
