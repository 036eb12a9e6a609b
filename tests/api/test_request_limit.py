"""Who asks too often is answered with 429, and nobody else is (destination-service §10)."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.cloud_side import LANDSCAPE, cloud_side

pytestmark = pytest.mark.anyio

BASE = "/destination-configuration"
TWO = LANDSCAPE.replace("service: destination}", "service: destination}\n      - {name: two, service: destination}", 1)
RATE, BURST = 0.001, 5


async def ask(client: httpx.AsyncClient, path: str, bearer: str) -> httpx.Response:
    return await client.get(BASE + path, headers={"Authorization": f"Bearer {bearer}"})


async def token(client: httpx.AsyncClient, credentials: dict[str, str], **more: str) -> httpx.Response:
    form = {"client_id": credentials["clientid"], "client_secret": credentials["clientsecret"], **more}
    return await client.post("/oauth/token", data={"grant_type": "client_credentials", **form})


@pytest.mark.parametrize(
    "path", ["/v1/destinations/erp", "/v2/destinations/erp@subaccount", "/v1/subaccountDestinations"]
)
async def test_one_client_does_not_use_up_what_belongs_to_others(tmp_path: Path, path: str) -> None:
    async with (
        cloud_side(tmp_path, TWO, request_rate=RATE, request_burst=BURST) as side,
        httpx.AsyncClient(base_url=side.running.local_url, trust_env=False) as client,
    ):
        found = await side.binding("acme")
        one, two = (dict(entry["credentials"]) for entry in found["destination"])  # type: ignore[call-overload]
        wrong = await token(client, one, client_secret="wrong")
        assert wrong.status_code == 401, "who proves nothing uses nothing up"
        bearer = (await token(client, one)).json()["access_token"]
        assert [(await ask(client, path, bearer)).status_code for _ in range(BURST - 1)] == [200] * (BURST - 1)
        refused = await ask(client, path, bearer)
        assert (refused.status_code, refused.headers["x-internal-error-code"]) == (429, "platform.too-many-requests")
        assert 900 < int(refused.headers["Retry-After"]) <= 1000
        assert refused.json()["ErrorMessage"]
        no_token = await token(client, one)
        assert (no_token.status_code, no_token.json()["error"]) == (429, "too_many_requests")
        assert "Retry-After" in no_token.headers
        other = (await token(client, two)).json()["access_token"]
        assert (await ask(client, path, other)).status_code == 200


async def test_what_is_refused_does_not_fill_the_audit_trail(tmp_path: Path) -> None:
    async with (
        cloud_side(tmp_path, TWO, request_rate=RATE, request_burst=2) as side,
        httpx.AsyncClient(base_url=side.running.local_url, trust_env=False) as client,
    ):
        (entry, _) = (await side.binding("acme"))["destination"]
        bearer = (await token(client, dict(entry["credentials"]))).json()["access_token"]  # type: ignore[call-overload]
        headers = {"Authorization": f"Bearer {bearer}"}
        statuses = [
            (await client.post(f"{BASE}/v1/subaccountDestinations", headers=headers, json=[])).status_code
            for _ in range(20)
        ]
        assert statuses == [201] + 19 * [429]
    lines = [line for path in (tmp_path / "data" / "audit").iterdir() for line in path.read_text().splitlines()]
    refused = [line for line in lines if '"status":429' in line.replace(" ", "")]
    assert 1 <= len(refused) <= 2, "the first one, and how many there were"


async def test_without_the_setting_there_is_no_limit(tmp_path: Path) -> None:
    async with (
        cloud_side(tmp_path, TWO) as side,
        httpx.AsyncClient(base_url=side.running.local_url, trust_env=False) as client,
    ):
        (entry, _) = (await side.binding("acme"))["destination"]
        bearer = (await token(client, dict(entry["credentials"]))).json()["access_token"]  # type: ignore[call-overload]
        for _ in range(120):
            assert (await ask(client, "/v1/destinations/erp", bearer)).status_code == 200
