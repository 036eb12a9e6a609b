"""The access decision, without sockets (cloud-connector §4.1)."""

from __future__ import annotations

import pytest

from landbridge.connector.access import AccessTable
from landbridge.faults import FaultError
from landbridge.model.mapping import BackendType, Mapping, Protocol, Resource

ERP = Mapping(
    "Erp.Virtual",
    443,
    "10.0.0.1",
    8443,
    resources=(
        Resource("/sap/opu"),
        Resource("/exact", exact_match_only=True),
        Resource("/off", enabled=False),
        Resource("/push"),
        Resource("/push/live", websocket_upgrade_allowed=True),
        Resource("/a#b"),
    ),
)
TABLE = AccessTable([ERP, Mapping("bare", 80, "10.0.0.2", 80)])


def decide(target: str, *, host: str = "erp.virtual", port: int = 443, upgrade: bool = False) -> str:
    """ "allowed" or the code of the fault."""
    try:
        assert TABLE.decide(host, port, target, upgrade=upgrade).mapping is ERP
    except FaultError as error:
        return error.fault.code
    return "allowed"


@pytest.mark.parametrize(
    "target",
    [
        "/sap/opu",
        "/sap/opu/odata/x?y=/../",
        "/sap/opu-evil",
        "/sap/opu?x",
        "/sap/opu/Keys('a%2Fb')",
        "/sap/opu/Keys('a%2f%2Fb')/c",
        "/sap/opu/x..y/.z/w...",
        "/sap/opu//x",
        "/sap/opu/.../x",
        "/exact",
        "/exact?q",
        "/a#b/c",
        "/push/live",
    ],
)
def test_allowed(target: str) -> None:
    assert decide(target) == "allowed"


@pytest.mark.parametrize("target", ["/", "/sap", "/SAP/opu", "/exact/x", "/exactx", "//sap/opu", "/sap/op%75", "/a"])
def test_not_exposed(target: str) -> None:
    assert decide(target) == "connector.resource-not-exposed"


@pytest.mark.parametrize("target", ["/off", "/off/x"])
def test_disabled(target: str) -> None:
    assert decide(target) == "connector.resource-disabled"


@pytest.mark.parametrize(
    "target",
    [
        "/sap/opu/../x",
        "/sap/opu/..",
        "/sap/opu/./x",
        "/sap/opu/.",
        "/sap/opu/%2e%2e/x",
        "/sap/opu/%2E./x",
        "/sap/opu/.%2e",
        "/sap/opu/..;x=y/z",
        "/sap/opu/..%2fx",
        "/sap/opu/..%2F..%2Fx",
        "/sap/opu%2F..%2Fx",
        "/sap/opu%2f%2e%2e%2fx",
        "/sap/opu/x%2F..",
        "/sap/opu/..\\x",
        "/sap/opu%5cx",
        "/sap/opu%5C..%5Cx",
        "/exact/../exact",
    ],
)
def test_paths_that_a_backend_could_read_differently(target: str) -> None:
    assert decide(target) == "connector.path-ambiguous"


def test_hosts_without_regard_to_case_and_ports_exactly() -> None:
    assert decide("/exact", host="ERP.VIRTUAL") == "allowed"
    assert decide("/exact", port=44300) == "connector.system-not-exposed"
    assert decide("/exact", host="erp.virtual.") == "connector.system-not-exposed"
    assert decide("/exact", host="") == "connector.system-not-exposed"


def test_a_mapping_of_the_other_kind_is_named() -> None:
    table = AccessTable([ERP, Mapping("db", 5000, "in", 5432, Protocol.TCP, ports=3)])
    for decided in (
        lambda: table.decide("db", 5002, "/", upgrade=False),
        lambda: table.http_mapping("DB", 5000),
        lambda: table.decide_bare("erp.virtual", 443),
    ):
        with pytest.raises(FaultError) as caught:
            decided()
        assert caught.value.fault.code == "connector.other-protocol"
        assert caught.value.fault.kind.socks == 2, "the original says the same as of a system that is not mapped"
        assert caught.value.fault.body.startswith("Access denied to system ")
    with pytest.raises(FaultError) as caught:
        table.decide("db", 5003, "/", upgrade=False)
    assert caught.value.fault.code == "connector.system-not-exposed"


def test_a_mapping_without_resources_exposes_nothing() -> None:
    assert decide("/", host="bare", port=80) == "connector.resource-not-exposed"


def test_upgrades_need_a_resource_that_allows_them() -> None:
    assert decide("/push/live", upgrade=True) == "allowed"
    assert decide("/push/other", upgrade=True) == "connector.upgrade-not-allowed"
    assert decide("/off", upgrade=True) == "connector.resource-disabled"


@pytest.mark.parametrize(
    ("kind", "target", "expected"),
    [
        (BackendType.ABAP, "/sap(bD1kZQ==)/bc/bsp/x?y", "allowed"),
        (BackendType.NETWEAVER_GATEWAY, "/sap()/bc/bsp", "allowed"),
        (BackendType.NON_SAP, "/sap(bD1kZQ==)/bc/bsp/x", "connector.resource-not-exposed"),
        (BackendType.ABAP, "/sap/bc(x)/bsp", "connector.resource-not-exposed"),
        (BackendType.ABAP, "/sap(a)(b)/bc/bsp", "connector.resource-not-exposed"),
        (BackendType.ABAP, "/sap(a/b)/bc/bsp", "connector.resource-not-exposed"),
        (BackendType.ABAP, "/sap(bD1kZQ%3d%3D)/bc/bsp", "allowed"),
        (BackendType.ABAP, "/sap(..%2f)/bc/bsp", "connector.resource-not-exposed"),
        (BackendType.ABAP, "/(sap)/bc/bsp", "connector.resource-not-exposed"),
    ],
)
def test_the_state_of_abap_sessions_in_paths(kind: BackendType, target: str, expected: str) -> None:
    mapping = Mapping("erp", 80, "in", 80, resources=(Resource("/sap/bc/bsp"),), backend_type=kind)
    try:
        AccessTable([mapping]).decide("erp", 80, target, upgrade=False)
        decided = "allowed"
    except FaultError as error:
        decided = error.fault.code
    assert decided == expected
