"""Connectors from three sources become one list."""

from __future__ import annotations

from landbridge.administration.connector_list import connector_list
from landbridge.gateway.registry import ConnectorStatus
from landbridge.model.subaccount import Subaccount
from landbridge.store import ConnectorCertificate, ExpectedConnector

ACME = Subaccount("s-1", "acme")
NOW = 1_000_000.0


def certificate(connector: str, location: str = "", issued: float = 0, **more: float | None) -> ConnectorCertificate:
    fields = {"expires": NOW + 100, "revoked": None, **more}
    return ConnectorCertificate(f"{connector}-{issued}", connector, ACME.id, location, issued, **fields)  # type: ignore[arg-type]


def connected(connector: str, location: str = "", subaccount: str = ACME.id) -> ConnectorStatus:
    return ConnectorStatus(
        connector, subaccount, location, "", "10.0.0.1", NOW - 5, "0.1.0", "2.19.0", 1, 2, 0, 0, 0.01, ()
    )


def states(*arguments: object) -> list[tuple[object, object]]:
    rows = connector_list(ACME, *arguments, NOW)  # type: ignore[arg-type]
    return [(row["locationId"], row["state"]) for row in rows]


def test_an_expected_location_without_a_connector_is_shown() -> None:
    assert states([ExpectedConnector(ACME.id, "x", "office")], [], []) == [("x", "expected")]


def test_what_a_certificate_says_of_a_connector_that_is_not_here() -> None:
    certificates = [
        certificate("a", "1"),
        certificate("b", "2", expires=NOW - 1),
        certificate("c", "3", revoked=NOW - 1),
    ]
    assert states([], certificates, []) == [("1", "enrolled"), ("2", "expired"), ("3", "revoked")]


def test_a_connected_connector_serves_its_expected_location_under_its_name() -> None:
    expected = [ExpectedConnector(ACME.id, "x", "office")]
    (row,) = connector_list(ACME, expected, [certificate("a", "x")], [connected("a", "x")], NOW)
    assert (row["state"], row["name"], row["streams"], row["address"]) == ("connected", "office", 2, "10.0.0.1")


def test_a_revoked_connector_leaves_its_location_waiting() -> None:
    expected = [ExpectedConnector(ACME.id, "x", "office")]
    revoked = [certificate("a", "x", revoked=NOW - 1)]
    assert states(expected, revoked, []) == [("x", "expected"), ("x", "revoked")]


def test_only_the_newest_certificate_of_a_connector_counts() -> None:
    renewed = [certificate("a", issued=2), certificate("a", issued=1, expires=NOW - 1)]
    assert states([], renewed, []) == [("", "enrolled")]


def test_connectors_of_other_subaccounts_do_not_show() -> None:
    assert states([], [certificate("a")], [connected("a", subaccount="s-2")]) == [("", "enrolled")]
