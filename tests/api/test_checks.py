"""`POST /checks/explain`: for administrators, with a limit, and without secrets in the answer."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from landbridge.api.checks import LONGEST
from landbridge.app import CloudSide
from landbridge.lab.pki import leaf, root
from landbridge.lab.servers.blocking import listening, read_on, server_context, tls
from tests.cloud_side import administrator, cloud_side

pytestmark = pytest.mark.anyio


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[CloudSide]:
    async with cloud_side(tmp_path, None) as running:
        yield running


@pytest.fixture
async def admin(side: CloudSide) -> AsyncIterator[httpx.AsyncClient]:
    async with administrator(side) as client:
        yield client


async def test_a_text_is_explained(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/checks/explain", json={"text": "PKIX path building failed password=hunter2"})
    assert answer.status_code == 200
    assert answer.json()["hypotheses"][0]["failure"] == "outbound.cert-path"
    assert "hunter2" not in answer.text


async def test_our_own_answer_is_named(admin: httpx.AsyncClient) -> None:
    missing = await admin.get("/admin/subaccounts/nowhere/instances")
    pasted = "\n".join(f"{name}: {value}" for name, value in missing.headers.items())
    answer = await admin.post("/checks/explain", json={"text": pasted})
    assert [named["code"] for named in answer.json()["named"]] == ["platform.unknown-subaccount"]
    assert answer.json()["named"][0]["requestId"] == missing.headers["x-request-id"]


async def test_nobody_else_may(side: CloudSide) -> None:
    async with httpx.AsyncClient(base_url=side.running.local_url) as stranger:
        answer = await stranger.post("/checks/explain", json={"text": "x"})
    assert answer.status_code == 401
    assert answer.headers["x-internal-error-code"] == "platform.admin-token-missing"


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "x" * (LONGEST + 1)}, {"text": "x", "more": 1}])
async def test_what_is_no_text_of_bearable_length_is_refused(admin: httpx.AsyncClient, body: dict[str, object]) -> None:
    answer = await admin.post("/checks/explain", json=body)
    assert answer.status_code == 400
    assert answer.headers["x-internal-error-code"] == "platform.request-invalid"


async def test_a_body_that_is_too_large_is_refused(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/checks/explain", json={"text": "x" * 3_000_000})
    assert answer.status_code == 413


async def test_a_system_is_probed_and_the_report_kept(admin: httpx.AsyncClient) -> None:
    with listening(read_on) as port:
        answer = await admin.post(
            "/checks/probe", json={"protocol": "tls", "target": f"localhost:{port}", "seconds": 1}
        )
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["name"] == f"tls localhost:{port}"
    assert "tcp" in told["passed"]
    (kept,) = (await admin.get("/checks/reports")).json()
    assert (kept["id"], kept["healthy"]) == (told["id"], told["healthy"])
    again = (await admin.get(f"/checks/reports/{kept['id']}")).json()
    assert again == told
    page = await admin.get(f"/checks/reports/{kept['id']}.html")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert f"localhost:{port}" in page.text


async def test_what_changed_since_nothing_was_wrong_is_told(admin: httpx.AsyncClient, tmp_path: Path) -> None:
    top = root("Lab Root")
    presented = [leaf(top)]

    def serve(connection: socket.socket) -> None:
        tls(server_context(presented[-1], tmp_path))(connection)

    with listening(serve) as port:
        wish = {"protocol": "tls", "target": f"localhost:{port}", "trust": top.pem}
        first = (await admin.post("/checks/probe", json=wish)).json()
        presented.append(leaf(root("Another Root")))
        second = (await admin.post("/checks/probe", json=wish)).json()
    assert (first["healthy"], first["changes"]) == (True, [])
    assert "certificate" in {change["what"] for change in second["changes"]}
    assert [found["cause"] for found in second["findings"]][:1] == ["rotated"]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"protocol": "gopher", "target": "localhost"}, "check.target-invalid"),
        ({"protocol": "tls", "target": "http://localhost"}, "check.target-invalid"),
        ({"protocol": "tls", "target": "https://me:pw@localhost"}, "check.target-invalid"),
        ({"protocol": "tls", "target": "localhost:99999"}, "check.target-invalid"),
        ({"protocol": "tls", "target": "[::1"}, "check.target-invalid"),
        ({"protocol": "tls", "target": "localhost", "trust": "no certificate"}, "platform.request-invalid"),
    ],
)
async def test_what_cannot_be_probed_is_named(admin: httpx.AsyncClient, wish: dict[str, str], code: str) -> None:
    answer = await admin.post("/checks/probe", json=wish)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert "pw@" not in answer.text


async def test_a_report_that_is_not_there(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/checks/reports/none")
    assert (answer.status_code, answer.json()["code"]) == (404, "check.report-unknown")


async def test_nobody_else_probes(side: CloudSide) -> None:
    async with httpx.AsyncClient(base_url=side.running.local_url, trust_env=False) as stranger:
        answer = await stranger.post("/checks/probe", json={"protocol": "tls", "target": "localhost"})
    assert answer.status_code == 401
