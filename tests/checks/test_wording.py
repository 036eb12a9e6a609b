"""What reports say, as people read it."""

from __future__ import annotations

import pytest

from landbridge.checks.evidence import Effect, Evidence, Layer, Step, Target
from landbridge.checks.observations import (
    AddressTried,
    BackendConnected,
    ConnectorsListed,
    DestinationSeen,
    NameResolved,
    Observation,
    TlsHandshake,
    TokenRetrieved,
    TrustAnchors,
)
from landbridge.checks.observations.destination import Connected
from landbridge.checks.observations.wording import counted, location_id, moment
from landbridge.checks.report import called, report, state

OTHER = Connected(location="", connector="c", agent_version="1.0", compat_version="2.19.0", since=0)


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        (TokenRetrieved(), "the destination needs no token"),
        (TokenRetrieved(kind="Bearer"), "a token of type Bearer"),
        (TrustAnchors(source="nothing"), "nothing is trusted"),
        (TrustAnchors(source="a.pem", certificates=("x",)), "judged by a.pem (1 certificate)"),
        (NameResolved(host="192.0.2.7", addresses=("192.0.2.7",)), "192.0.2.7 is an address"),
        (NameResolved(host="a", addresses=("192.0.2.7",)), "a is 192.0.2.7"),
        (AddressTried(address="::1", port=1, problem="refused", reason="no", milliseconds=2), "[::1]:1: no (2 ms)"),
        (ConnectorsListed(subaccount="a", location="B"), "no connector is connected"),
        (
            ConnectorsListed(subaccount="a", location="B", connected=(OTHER,)),
            "no connector with location id 'B' is connected; there is one with the empty location id",
        ),
        (
            ConnectorsListed(subaccount="a", location="", connected=(OTHER,)),
            "a connector with the empty location id is connected, release 1.0",
        ),
    ],
)
def test_a_fact_reads_well(fact: Observation, line: str) -> None:
    assert fact.line == line


def test_numbers_places_and_moments() -> None:
    assert [counted(number, "issuer") for number in (0, 1, 2)] == ["0 issuers", "1 issuer", "2 issuers"]
    assert location_id("A") == "location id 'A'"
    assert moment(0) == "1970-01-01 00:00 UTC"
    assert "calendar" in moment(1e300)


def judged(*facts: Observation) -> Evidence:
    step = Step(probe="backend", layer=Layer.PROTOCOL, effect=Effect.SAFE, seen=facts)
    return Evidence(target=Target(protocol="destination", host="erp.virtual", port=80), at=0, steps=(step,))


def test_a_destination_is_called_by_its_name() -> None:
    assert called(report(judged(DestinationSeen(name="ERP")))) == "ERP (erp.virtual:80)"
    assert called(report(judged())) == "erp.virtual:80"


def test_a_backend_that_is_not_reached_is_not_well_because_a_closer_look_succeeded() -> None:
    closer = TlsHandshake(host="erp.virtual", port=80, version="TLSv1.3")
    evidence = judged(BackendConnected(code="backend.certificate-untrusted"), closer)
    assert state(evidence.steps[0]) == "failed"
