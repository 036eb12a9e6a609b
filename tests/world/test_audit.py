"""What gateway, administration and connector put on record (connectivity-proxy §12.6, cloud-connector §7.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from landbridge.model.mapping import Resource
from landbridge.observe.audit import check
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.cloud_side import administrator
from tests.world.client import ask, request
from tests.world.test_socks import authentication, connect

pytestmark = pytest.mark.anyio


def records(folder: Path, **wanted: str) -> Iterator[dict[str, Any]]:
    """Records of a folder whose data has these values."""
    for file in sorted((folder / "audit").glob("*.jsonl")):
        for line in file.read_text().splitlines():
            record = json.loads(line)
            if wanted.items() <= record["data"].items():
                yield record


def cloud(running: World, **wanted: str) -> list[dict[str, Any]]:
    return list(records(running.folder / "cloud", **wanted))


def connector(running: World, **wanted: str) -> list[dict[str, Any]]:
    return list(records(running.folder / "connector-erp", **wanted))


async def test_a_tunnel_is_recorded_in_the_shape_of_the_original(tmp_path: Path) -> None:
    async with world(tmp_path) as running:
        connector_id = running.connectors["erp"].state.connector_id
        (opened,) = cloud(running, message="tunnel handshake success")
        assert opened["tenant"] == ACME
        assert opened["user"] == "fallback_for_missing_user"
        data = opened["data"]
        assert data.pop("address").startswith("127.0.0.1:")
        assert data == {
            "action": "open connectivity tunnel",
            "message": "tunnel handshake success",
            "objectName": "connectivity tunnel management",
            "tunnelId": f"account:///{ACME}",
            "clientId": connector_id,
            "loggedByClass": "GatewayAudit",
            "handshakeDetails": "success",
        }
        (enrolled,) = cloud(running, message="enrolment success")
        assert (enrolled["tenant"], enrolled["data"]["clientId"]) == (ACME, connector_id)


async def test_a_revoked_connector_and_a_stranger_fail_on_record(tmp_path: Path) -> None:
    async with world(tmp_path) as running:
        erp = running.connectors["erp"]
        async with administrator(running.cloud) as admin:
            await admin.post(f"/admin/connectors/{erp.state.connector_id}/revoke")
        await erp.done
        (failed,) = cloud(running, message="tunnel handshake failure")
        assert failed["data"]["clientId"] == erp.state.connector_id
        assert failed["data"]["handshakeDetails"].startswith("tunnel.certificate-revoked: ")
        (revoked,) = cloud(running, action=f"POST /admin/connectors/{erp.state.connector_id}/revoke")
        assert revoked["data"]["message"] == "done"
        assert (revoked["user"], revoked["data"]["status"]) == ("admin token", 200)
        assert connector(running, action="SERVICE_STOPPED")
        assert len(connector(running, action="CONNECTION_CLOSED")) == 2, "closed, then refused"


async def test_callers_that_are_refused_at_the_doors(tmp_path: Path) -> None:
    async with world(tmp_path) as running:
        for _ in range(3):
            answer = await ask(running.door, request("http://erp.virtual/"))
        (denied,) = cloud(running, message="access denied", objectName="connectivity doors")
        assert denied["data"]["reason"].startswith("proxy.authorization-missing: ")
        assert denied["data"]["address"].startswith("127.0.0.1:")
        assert answer.status == 407
        reader, writer = await connect(running)
        writer.write(b"\x05\x01\x80" + authentication("no.good.token"))
        await reader.read()
        writer.close()
        assert any(
            record["data"]["reason"].startswith("proxy.token-invalid: ")
            for record in cloud(running, objectName="connectivity doors")
        )
        assert (await ask(running.door, request("http://erp.virtual/", await running.token()))).status == 200
        assert len(cloud(running, objectName="connectivity doors")) == 2, "who passes is not recorded"


async def test_denied_access_is_on_record_at_the_connector(tmp_path: Path) -> None:
    async with world(tmp_path) as running:
        token = await running.token()
        answer = await ask(running.door, request("http://no.virtual/secret?token=1", token))
        assert answer.status == 403
        (denied,) = connector(running, action="ACCESS_DENIED")
        assert denied["tenant"] == ACME
        data = denied["data"]
        assert (data["system"], data["resource"]) == ("no.virtual:80", "/secret")
        assert data["reason"].startswith("connector.system-not-exposed: ")
        assert data["requestId"] == answer.header("x-request-id")
        (same,) = cloud(running, requestId=data["requestId"])
        assert same["data"]["message"] == "access denied"


async def test_changes_of_the_configuration_are_recorded_one_by_one(tmp_path: Path) -> None:
    async with world(tmp_path) as running:
        erp = running.connectors["erp"]
        (started,) = connector(running, action="SERVICE_STARTED")
        assert started["data"]["systems"] == 1
        old = erp.content.mappings[0]
        changed = replace(old, resources=(Resource("/api"),))
        more = erp_mapping(1, virtual="crm.virtual")
        await erp.connector.reconfigure(replace(erp.content, mappings=(changed, more), description="new"))
        found = [
            (record["data"]["objectName"], record["data"]["operation"], record["data"]["what"])
            for record in connector(running, action="CONFIGURATION_CHANGED")
        ]
        assert found == [
            ("AllowedResource", "delete", "erp.virtual:80 /"),
            ("AllowedResource", "add", "erp.virtual:80 /api"),
            ("BackendMapping", "add", "crm.virtual:80 to 127.0.0.1:1"),
            ("AllowedResource", "add", "crm.virtual:80 /"),
            ("Configuration", "modify", "description"),
        ]
        await erp.connector.reconfigure(replace(erp.content, mappings=(more,), description="new"))
        assert connector(running, operation="delete", what="erp.virtual:80")


async def test_changes_by_http_are_recorded_with_who_made_them(tmp_path: Path) -> None:
    async with world(tmp_path) as running:
        async with administrator(running.cloud) as admin:
            await admin.put("/admin/subaccounts/acme/traces", json={"keep": 1})
            await admin.put("/admin/subaccounts/none/traces", json={"keep": 1})
            await admin.get("/admin/connectors")
            await admin.get("/admin/connectors", headers={"Authorization": "Bearer wrong"})
            token = await running.token(service="destination")
            written = await admin.post(
                "/destination-configuration/v1/subaccountDestinations",
                json={"Name": "a", "Type": "HTTP", "URL": "http://a"},
                headers={"Authorization": f"Bearer {token}"},
            )
        assert written.status_code == 201
        by_action = {record["data"]["action"]: record for record in cloud(running)}
        done = by_action["PUT /admin/subaccounts/acme/traces"]
        assert (done["user"], done["data"]["message"]) == ("admin token", "done")
        assert by_action["PUT /admin/subaccounts/none/traces"]["data"]["message"] == "refused"
        assert by_action["GET /admin/connectors"]["data"]["message"] == "access denied"
        destination = by_action["POST /destination-configuration/v1/subaccountDestinations"]
        assert destination["tenant"] == ACME
        assert destination["user"].startswith("sb-clone")
        assert "apply landscape" in by_action


async def test_no_byte_of_the_records_can_be_changed(tmp_path: Path) -> None:
    async with world(tmp_path) as running:
        await ask(running.door, request("http://no.virtual/", await running.token()))
    folder = tmp_path / "connector-erp" / "audit"
    good, damages = check(folder)
    assert good >= 3
    assert not damages
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes().replace(b"no.virtual", b"ok.virtual", 1))
    assert [damage.file for damage in check(folder)[1]] == [file]
    assert check(tmp_path / "cloud" / "audit")[1] == []
