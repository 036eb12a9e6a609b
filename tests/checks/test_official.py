"""The official verdict stands next to ours: its message and row for what each scenario brings about."""

from __future__ import annotations

from pathlib import Path

import pytest

from landbridge.checks.verdict import NO_MAPPING, RESOURCE, UNDETERMINED, UNREACHABLE
from landbridge.lab.scenarios import SCENARIOS
from tests.checks.test_accuracy import looked

pytestmark = pytest.mark.anyio

EXPECTED = {
    "conn.503/not-connected": (UNDETERMINED, "avail.undetermined/not-connected"),
    "avail.undetermined/connector-too-old": (UNDETERMINED, "avail.undetermined/connector-too-old"),
    "conn.403/system-missing/port": (NO_MAPPING, "avail.no-mapping/no-mapping"),
    "conn.403/resource-missing/path": (RESOURCE, "avail.resource-or-backend/resource-missing"),
    "conn.502/closed-early": (RESOURCE, "avail.resource-or-backend/backend-unreachable"),
    "conn.502/backend-down": (UNREACHABLE, "avail.backend-unreachable/refused"),
    "check.5xx/server-error/on-premise": (UNDETERMINED, "avail.undetermined/backend-error"),
    "avail.private-endpoint/private-address/address": ("", "avail.private-endpoint/private-address"),
}


@pytest.mark.parametrize("name", EXPECTED)
async def test_a_failure_gets_its_official_message(name: str, tmp_path: Path) -> None:
    (scenario,) = [one for one in SCENARIOS if one.name == name]
    _, report = await looked(scenario, tmp_path)
    official = report["official"]
    message, row = EXPECTED[name]
    assert not official["success"]
    assert official["message"] == message
    assert f"{official['failure']}/{official['cause']}" == row


@pytest.mark.parametrize(("name", "status"), [("healthy/on-premise", 200), ("outbound.http-403-onprem/csrf", 403)])
async def test_any_status_below_500_is_an_official_success(name: str, status: int, tmp_path: Path) -> None:
    (scenario,) = [one for one in SCENARIOS if one.name == name]
    _, report = await looked(scenario, tmp_path)
    assert (report["official"]["success"], report["official"]["status"]) == (True, status)


async def test_what_an_operator_allows_is_still_private_to_the_official_check(tmp_path: Path) -> None:
    (scenario,) = [one for one in SCENARIOS if one.name == "healthy/internet"]
    _, report = await looked(scenario, tmp_path)
    assert report["healthy"]
    assert report["official"]["cause"] == "private-address"
