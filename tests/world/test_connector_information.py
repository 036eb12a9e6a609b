"""The Connectivity service's REST API, as an application with a binding of the plan api_access uses it (§15)."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import BackendType
from landbridge.model.subaccount import InstanceContent, Service, ServiceInstance
from landbridge.testing.world import ACME, GLOBEX, World, erp_mapping, subaccount, world

pytestmark = pytest.mark.anyio

ATTRIBUTES = {
    "connected_by", "connected_since", "agent_type", "agent_version", "client_id", "agent_recent_start_ms",
    "java_version", "jvm_vendor_version", "security_status", "exposed_systems", "location_id",
}  # fmt: skip
TOPICS = {
    "summary", "cpic_trace", "trust_store", "ciphers", "ui_certificate", "payload_trace", "authentication_type",
    "application_whitelist",
}  # fmt: skip


async def read(running: World, token: str) -> httpx.Response:
    """What the path of the binding answers to a token."""
    credentials = await info_credentials(running)
    service = credentials["connectivity_service"]
    async with httpx.AsyncClient() as client:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"} if token else {}
        return await client.get(service["url"] + service["scc_info_path"], headers=headers)


async def info_credentials(running: World) -> dict[str, Any]:
    vcap: dict[str, Any] = await running.cloud.binding("acme", "info")
    credentials: dict[str, Any] = vcap["connectivity"][0]["credentials"]
    return credentials


async def info_token(running: World) -> str:
    credentials = await info_credentials(running)
    data = {"client_id": credentials["clientid"], "client_secret": credentials["clientsecret"]}
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            credentials["token_service_url"] + "/oauth/token", data={"grant_type": "client_credentials", **data}
        )
    return str(answer.json()["access_token"])


async def test_each_connected_connector_of_the_subaccount_and_no_other(tmp_path: Path) -> None:
    content = subaccount(ACME, "acme")
    info = ServiceInstance("33333333-0000-4000-8000-00000000000c", "info", Service.CONNECTIVITY, "api_access", ACME)
    acme = replace(content, instances=(*content.instances, InstanceContent(info)))
    connectors = [
        ConnectorContent(
            "plant",
            ACME,
            "plant",
            mappings=(replace(erp_mapping(1), description="our ERP", backend_type=BackendType.ABAP),),
        ),
        ConnectorContent("default", ACME, mappings=(erp_mapping(1),)),
        ConnectorContent("theirs", GLOBEX, mappings=(erp_mapping(1, virtual="theirs.virtual"),)),
    ]
    before = time.time()
    async with world(tmp_path, connectors=connectors, subaccounts=(acme, subaccount(GLOBEX, "globex"))) as running:
        answer = await read(running, await info_token(running))
        assert answer.status_code == 200
        first, second = answer.json()
        for entry in (first, second):
            assert entry.keys() == {"attributes"}
            assert entry["attributes"].keys() == ATTRIBUTES
            assert all(isinstance(value, str) for value in entry["attributes"].values())
        assert [entry["attributes"]["location_id"] for entry in (first, second)] == ["", "plant"]
        about = second["attributes"]
        assert about["client_id"] == running.connectors["plant"].state.connector_id
        assert about["agent_type"] == "master"
        assert about["agent_version"] == "2.19.0"
        assert before * 1000 - 1 <= int(about["agent_recent_start_ms"]) <= int(about["connected_since"])
        assert about["connected_by"]
        assert json.loads(about["exposed_systems"]) == [
            {
                "protocol": "HTTP",
                "host": "erp.virtual:80",
                "description": "our ERP",
                "type": "abapSys",
                "status": "exposed",
            }
        ]
        security = json.loads(about["security_status"])
        assert security.keys() == TOPICS
        assert set(security.values()) <= {"ok", "low_risk", "high_risk"}
        (other,) = (await read(running, await running.token("globex"))).json()
        assert "theirs.virtual:80" in other["attributes"]["exposed_systems"]
        for token, status, code in (
            ("", 401, "connectivity.token-missing"),
            ("a.b.c", 401, "connectivity.token-invalid"),
            (await running.token(service="xsuaa"), 403, "connectivity.token-wrong-client"),
        ):
            refused = await read(running, token)
            assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_a_changed_configuration_shows_at_once(tmp_path: Path) -> None:
    async with world(tmp_path) as running:
        erp = running.connectors["erp"]
        await erp.connector.reconfigure(replace(erp.content, mappings=(erp_mapping(1, virtual="new.virtual"),)))
        token, url = await running.token(), f"{running.cloud.api_url}/api/v1/connectors"
        async with asyncio.timeout(10), httpx.AsyncClient() as client:
            while True:
                (entry,) = (await client.get(url, headers={"Authorization": f"Bearer {token}"})).json()
                systems = json.loads(entry["attributes"]["exposed_systems"])
                if [system["host"] for system in systems] == ["new.virtual:80"]:
                    break
