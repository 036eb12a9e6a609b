"""`POST /checks/explain`: for administrators, with a limit, and without secrets in the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from landbridge.api.checks import LONGEST
from landbridge.app import CloudSide
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
