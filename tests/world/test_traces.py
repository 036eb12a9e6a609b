"""Identity traces as an administrator meets them: switched on, listed, read, forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from landbridge.testing.world import ACME, GLOBEX, World, world
from tests.cloud_side import administrator
from tests.world.client import ask, request
from tests.world.users import USERS, Stage

pytestmark = pytest.mark.anyio


async def on(running: World, keep: int = 10, subaccount: str = "acme") -> int:
    async with administrator(running.cloud) as admin:
        answer = await admin.put(f"/admin/subaccounts/{subaccount}/traces", json={"keep": keep})
    assert answer.status_code == 200
    return int(answer.json()["keep"])


async def test_traces_are_listed_and_read_by_request_id(stage: Stage) -> None:
    running = stage.running
    reach = await stage.expose()
    async with administrator(running.cloud) as admin:
        assert await on(running) == 10
        token = await stage.user_token(USERS[0])
        await reach.echo(token)
        (kept,) = (await admin.get("/admin/subaccounts/acme/traces")).json()["traces"]
        assert kept["subaccountId"] == ACME
        assert kept["outcome"] == {
            "step": "backend answered", "status": "200", "system": "erp.virtual:443", "path": "/echo",
        }  # fmt: skip
        found = (await admin.get(f"/admin/traces/{kept['requestId']}")).json()
        assert [step["step"] for step in found["steps"]][:2] == ["token received", "token verified"]
        assert token.split(".")[2] not in str(found)
        for query, status in (({"subaccount": "acme"}, 200), ({"subaccount": "globex"}, 404)):
            assert (await admin.get(f"/admin/traces/{kept['requestId']}", params=query)).status_code == status


async def test_a_refused_user_is_traced_with_what_the_token_said_and_the_reason(stage: Stage) -> None:
    running = stage.running
    reach = await stage.expose()
    async with administrator(running.cloud) as admin:
        await on(running)
        alien = await stage.foreign_token()
        line = f"SAP-Connectivity-Authentication: Bearer {alien}"
        answer = await reach.ask(await running.token(), line, target="http://erp.virtual:443/echo?secret=1")
        assert answer.status == 401
        found = (await admin.get(f"/admin/traces/{answer.header('x-request-id')}")).json()
        received, refused = found["steps"]
        assert (received["step"], received["verified"]) == ("token received", "no")
        assert (received["user_name"], received["zid"]) == ("alice@globex.example", GLOBEX)
        assert (refused["step"], refused["fault"]) == ("refused", answer.fault)
        assert (refused["system"], refused["path"]) == ("erp.virtual:443", "/echo")
        assert alien.split(".")[2] not in str(found)


async def test_a_mapping_that_propagates_nobody_says_so(tmp_path: Path) -> None:
    async with world(tmp_path) as running, administrator(running.cloud) as admin:
        await on(running)
        user = await running.token(service="xsuaa", grant_type="password", username="alice@acme.example",
                                   password="alice-password")  # fmt: skip
        line = f"SAP-Connectivity-Authentication: Bearer {user}"
        assert (await ask(running.door, request("http://erp.virtual/", await running.token(), line))).status == 200
        (kept,) = (await admin.get("/admin/subaccounts/acme/traces")).json()["traces"]
        steps = (await admin.get(f"/admin/traces/{kept['requestId']}")).json()["steps"]
        assert [step["step"] for step in steps] == ["token received", "token not used", "backend answered"]
        assert steps[1]["authentication_mode"] == "NONE"


async def test_traces_end_with_zero_with_a_reset_and_with_their_subaccount(tmp_path: Path) -> None:
    async with world(tmp_path) as running, administrator(running.cloud) as admin:
        book = running.cloud.gateway.traces
        token = await running.token()

        async def traced() -> int:
            await on(running)
            await ask(running.door, request("http://erp.virtual/", token))
            return len(book.requests(ACME))

        assert await traced() == 1
        assert await on(running, keep=0) == 0
        assert not book.wants(ACME)
        assert book.requests(ACME) == ()
        assert await traced() == 1
        assert (await admin.post("/admin/reset")).status_code == 200
        assert not book.wants(ACME)
        assert await traced() == 1
        assert (await admin.delete("/admin/subaccounts/acme")).status_code == 204
        assert not book.wants(ACME)
        for bad in (-1, 10_001, "many"):
            answer = await admin.put("/admin/subaccounts/globex/traces", json={"keep": bad})
            assert answer.status_code == 400
        missing = await admin.get("/admin/traces/nothing")
        assert (missing.status_code, missing.json()["code"]) == (404, "platform.unknown-trace")
