"""Failures on request: each effect at each place, recognisable, counted, and gone after a reset."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from landbridge.data_folder import read_admin_token
from landbridge.identity.verify import TokenRejected
from landbridge.injection.row import HEADER
from landbridge.testing.world import World
from tests.world.client import Client, End, ask, request

pytestmark = pytest.mark.anyio
ECHO = "http://erp.virtual/echo"
DESTINATION = {"Name": "ERP", "Type": "HTTP", "URL": "http://erp.virtual:80", "ProxyType": "OnPremise"}
FIND = "/destination-configuration/v1/destinations/ERP"


@pytest.fixture
async def admin(erp: World) -> AsyncIterator[httpx.AsyncClient]:
    """The admin API; afterwards nothing fails any more."""
    token = read_admin_token(erp.cloud.settings.data).reveal()
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=erp.cloud.api_url, headers=headers, timeout=20) as client:
        yield client
        await client.delete("/admin/dev/injections")


async def inject(admin: httpx.AsyncClient, place: str, effect: str, **wish: object) -> dict[str, Any]:
    answer = await admin.post("/admin/dev/injections", json={"place": place, "effect": effect, **wish})
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()
    return row


async def calls(admin: httpx.AsyncClient) -> list[int]:
    return [row["calls"] for row in (await admin.get("/admin/dev/injections")).json()]


def bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


# --- the door ---------------------------------------------------------------------------------------------------------


async def test_an_answer_with_a_status(erp: World, admin: httpx.AsyncClient) -> None:
    row = await inject(admin, "door", "status", status=429)
    answer = await ask(erp.door, request(ECHO, await erp.token()))
    assert (answer.status, answer.fault) == (429, "proxy.injected")
    assert answer.header(HEADER) == f"status; number={row['number']}"
    assert not erp.backend.seen


@pytest.mark.parametrize(
    ("effect", "status", "code"),
    [
        ("lost-connector", 503, "tunnel.no-connector"),
        ("expired-token", 407, "proxy.token-expired"),
        ("wrong-key", 407, "proxy.token-invalid"),
    ],
)
async def test_faults_of_the_door(erp: World, admin: httpx.AsyncClient, effect: str, status: int, code: str) -> None:
    token = await erp.token()
    await inject(admin, "door", effect, nth=1)
    async with await Client.open(erp.door) as client:
        answer = await client.ask(request(ECHO, token))
        assert (answer.status, answer.fault) == (status, code)
        assert (answer.header(HEADER) or "").startswith(effect)
        whole = await client.ask(request(ECHO, token))
    assert (whole.status, whole.header(HEADER)) == (200, None)
    assert await calls(admin) == [2]


async def test_a_reset_in_place_of_an_answer(erp: World, admin: httpx.AsyncClient) -> None:
    await inject(admin, "door", "refuse")
    async with await Client.open(erp.door) as client:
        await client.send(request(ECHO, await erp.token()))
        assert await client.ended() is End.RESET


async def test_an_answer_that_comes_later(erp: World, admin: httpx.AsyncClient) -> None:
    await inject(admin, "door", "delay", seconds=0.3, nth=1)
    token = await erp.token()
    began = time.monotonic()
    async with await Client.open(erp.door) as client:
        answer = await client.ask(request(ECHO, token))
        assert time.monotonic() - began >= 0.3
        assert (answer.status, answer.end) == (200, End.WHOLE)
        assert (answer.header(HEADER) or "").startswith("delay")
        assert answer.json["path"] == "/echo"
        assert (await client.ask(request(ECHO, token))).status == 200


@pytest.mark.parametrize("query", ["bytes=100000", "bytes=100000&chunked=1"])
async def test_an_answer_that_is_cut(erp: World, admin: httpx.AsyncClient, query: str) -> None:
    await inject(admin, "door", "cut", size=5000)
    answer = await ask(erp.door, request(f"http://erp.virtual/large?{query}", await erp.token()))
    assert (answer.status, answer.end) == (200, End.RESET)
    assert 0 < len(answer.body) <= 5000
    assert (answer.header(HEADER) or "").startswith("cut")


async def test_an_answer_that_comes_slowly(erp: World, admin: httpx.AsyncClient) -> None:
    await inject(admin, "door", "throttle", size=200_000, nth=1)
    token = await erp.token()
    began = time.monotonic()
    async with await Client.open(erp.door) as client:
        answer = await client.ask(request("http://erp.virtual/large?bytes=100000", token))
        assert time.monotonic() - began >= 0.4
        assert (answer.status, len(answer.body), answer.end) == (200, 100_000, End.WHOLE)
        assert (await client.ask(request(ECHO, token))).status == 200


async def test_a_slow_answer_whose_client_goes(erp: World, admin: httpx.AsyncClient) -> None:
    await inject(admin, "door", "throttle", size=1000)
    async with await Client.open(erp.door) as client:
        await client.send(request("http://erp.virtual/large?bytes=3000000", await erp.token()))
        await client.reader.readuntil(b"\r\n\r\n")
    async with asyncio.timeout(10):
        while erp.cloud.gateway.door.connections:  # noqa: ASYNC110 - the door forgets a connection when it is told
            await asyncio.sleep(0.01)


async def test_only_what_was_meant_fails(erp: World, admin: httpx.AsyncClient) -> None:
    token = await erp.token()
    await inject(admin, "door", "status", path="/large", nth=2)
    await inject(admin, "door", "status", subaccount="globex")
    statuses = [
        (await ask(erp.door, request(f"http://erp.virtual{path}", token))).status
        for path in ("/large?bytes=1", "/echo", "/large?bytes=1", "/large?bytes=1")
    ]
    assert statuses == [200, 200, 503, 200]
    assert await calls(admin) == [3, 0]


async def test_a_system_and_a_location_are_met(erp: World, admin: httpx.AsyncClient) -> None:
    token = await erp.token()
    for wish, status in (
        ({"system": "ERP.virtual:80"}, 503),
        ({"system": "erp.virtual:81"}, 200),
        ({"location": ""}, 503),
        ({"location": "elsewhere"}, 200),
    ):
        await inject(admin, "door", "status", **wish)
        assert (await ask(erp.door, request(ECHO, token))).status == status, wish
        await admin.delete("/admin/dev/injections")


async def test_a_destination_is_met_by_its_virtual_system(erp: World, admin: httpx.AsyncClient) -> None:
    headers = bearer(await erp.token(service="destination"))
    url = f"{erp.cloud.api_url}/destination-configuration/v1/subaccountDestinations"
    (await erp.http.post(url, json=DESTINATION, headers=headers)).raise_for_status()
    row = await inject(admin, "door", "status", subaccount="acme", destination="ERP")
    assert row["system"] == "erp.virtual:80"
    assert (await ask(erp.door, request(ECHO, await erp.token()))).status == 503
    unknown = {"place": "door", "effect": "status", "subaccount": "acme", "destination": "NOPE"}
    answer = await admin.post("/admin/dev/injections", json=unknown)
    assert answer.json()["code"] == "platform.injection-invalid"


# --- the token service ------------------------------------------------------------------------------------------------


async def test_tokens_that_nobody_takes(erp: World, admin: httpx.AsyncClient) -> None:
    for effect, problem in (("expired-token", "expired"), ("wrong-key", "signature")):
        await inject(admin, "token", effect, nth=1)
        token = await erp.token()
        with pytest.raises(TokenRejected) as rejected:
            erp.cloud.verifier.verify(token)
        assert problem in f"{rejected.value.rejection} {rejected.value.detail}".lower()
        answer = await ask(erp.door, request(ECHO, token))
        assert (answer.status, answer.header(HEADER)) == (407, None)
        await admin.delete("/admin/dev/injections")
    assert erp.cloud.verifier.verify(await erp.token())


async def test_the_token_service_fails_as_wanted(erp: World, admin: httpx.AsyncClient) -> None:
    await inject(admin, "token", "status", status=500, path="/oauth/token")
    credentials = await erp.credentials("acme", "destination")
    form = {"grant_type": "client_credentials", "client_id": credentials["clientid"], "client_secret": "wrong"}
    answer = await erp.http.post(f"{erp.cloud.api_url}/oauth/token", data=form)
    assert (answer.status_code, answer.json()["code"]) == (500, "proxy.injected")
    assert answer.headers[HEADER].startswith("status")


async def test_a_refusal_of_the_token_service_stays_what_it_is(erp: World, admin: httpx.AsyncClient) -> None:
    await inject(admin, "token", "expired-token")
    form = {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "wrong"}
    answer = await erp.http.post(f"{erp.cloud.api_url}/oauth/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


# --- find -------------------------------------------------------------------------------------------------------------


async def test_the_find_call_fails_as_wanted(erp: World, admin: httpx.AsyncClient) -> None:
    headers = bearer(await erp.token(service="destination"))
    url = f"{erp.cloud.api_url}/destination-configuration/v1/subaccountDestinations"
    await erp.http.put(url, json=DESTINATION, headers=headers)
    await erp.http.post(url, json=DESTINATION, headers=headers)
    find = erp.cloud.api_url + FIND
    await inject(admin, "find", "status", destination="ERP", subaccount="acme", nth=1)
    await inject(admin, "find", "status", destination="ERP", subaccount="globex")
    await inject(admin, "find", "delay", seconds=0.2, nth=2)
    await inject(admin, "find", "cut", size=10, nth=3)
    await inject(admin, "find", "throttle", size=2000, nth=4)
    failed = await erp.http.get(find, headers=headers)
    assert (failed.status_code, failed.json()["code"]) == (503, "proxy.injected")
    began = time.monotonic()
    late = await erp.http.get(find, headers=headers)
    assert time.monotonic() - began >= 0.2
    assert late.json()["destinationConfiguration"]["Name"] == "ERP"
    assert late.headers[HEADER].startswith("delay")
    with pytest.raises(httpx.RemoteProtocolError):
        await erp.http.get(find, headers=headers)
    slow = await erp.http.get(find, headers=headers)
    assert slow.json()["destinationConfiguration"]["Name"] == "ERP"
    assert HEADER not in (await erp.http.get(find, headers=headers)).headers
    assert await calls(admin) == [5, 0, 5, 5, 5]


# --- rows -------------------------------------------------------------------------------------------------------------


async def test_rows_are_listed_deleted_and_forgotten_by_a_reset(erp: World, admin: httpx.AsyncClient) -> None:
    door = erp.cloud.gateway.door
    assert door.meddler is None
    first = await inject(admin, "door", "delay", seconds=0)
    second = await inject(admin, "find", "delay", seconds=0)
    assert door.meddler is not None
    assert erp.cloud.gateway.socks_door.meddler is not None
    listed = (await admin.get("/admin/dev/injections")).json()
    assert [row["number"] for row in listed] == [first["number"], second["number"]]
    assert (await admin.delete(f"/admin/dev/injections/{first['number']}")).json() == {"deleted": 1}
    assert (await admin.delete(f"/admin/dev/injections/{first['number']}")).json() == {"deleted": 0}
    await admin.post("/admin/reset")
    assert (await admin.get("/admin/dev/injections")).json() == []
    assert (door.meddler, erp.cloud.gateway.socks_door.meddler) == (None, None)


@pytest.mark.parametrize(
    "wish",
    [
        {"place": "find", "effect": "lost-connector"},
        {"place": "token", "effect": "status", "subaccount": "acme"},
        {"place": "door", "effect": "status", "destination": "ERP"},
        {"place": "door", "effect": "reply"},
        {"place": "door", "effect": "status", "system": "erp.virtual"},
        {"place": "door", "effect": "status", "system": "a:1", "subaccount": "acme", "destination": "ERP"},
        {"place": "socks", "effect": "status"},
        {"place": "socks", "effect": "expired-token"},
        {"place": "socks", "effect": "delay", "path": "/"},
        {"place": "socks", "effect": "delay", "subaccount": "acme", "destination": "ERP"},
        {"place": "find", "effect": "delay", "system": "erp.virtual:80"},
        {"place": "token", "effect": "delay", "location": ""},
    ],
)
async def test_what_a_place_cannot_do_is_refused(admin: httpx.AsyncClient, wish: dict[str, str]) -> None:
    answer = await admin.post("/admin/dev/injections", json=wish)
    assert (answer.status_code, answer.json()["code"]) == (400, "platform.injection-invalid")


async def test_there_is_an_end_of_rows(admin: httpx.AsyncClient) -> None:
    from landbridge.injection.book import MOST

    for _ in range(MOST):
        await inject(admin, "door", "delay", path="/nowhere")
    answer = await admin.post("/admin/dev/injections", json={"place": "door", "effect": "delay"})
    assert answer.json()["code"] == "platform.injection-invalid"
