"""Refresh tokens: rotation, reuse, and what they are given with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from landbridge.identity.refresh import LIFETIME
from landbridge.store import UserRepository
from tests.api.token_http import APP, AS_ALICE, CLIENT, JWT_BEARER, OTHER_APP, assert_refused, claims, token, token_http
from tests.identity.seed import ACME, ALICE, Installation, installed

pytestmark = pytest.mark.anyio


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(tmp_path) as installation:
        yield installation


@pytest.fixture
async def http(installation: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with token_http(installation) as http:
        yield http


def refresh(refresh_token: str, **more: str) -> dict[str, str]:
    return {"grant_type": "refresh_token", "refresh_token": refresh_token, **APP, **more}


async def test_a_refresh_gives_a_new_token_for_the_same_person(
    http: httpx.AsyncClient, installation: Installation
) -> None:
    first = await token(http, **AS_ALICE, **APP)
    installation.clock.now += 3600
    second = await token(http, **refresh(first["refresh_token"]))
    before, after = claims(installation, first), claims(installation, second)
    for name in ("sub", "user_id", "user_name", "scope", "zid", "cid", "xs.user.attributes"):
        assert before[name] == after[name]
    assert after["exp"] == before["exp"] + 3600
    assert after["grant_type"] == "refresh_token"
    assert second["refresh_token"] != first["refresh_token"]


async def test_the_store_does_not_hold_the_token(http: httpx.AsyncClient, installation: Installation) -> None:
    given = (await token(http, **AS_ALICE, **APP))["refresh_token"]
    content = installation.db_bytes()
    assert all(part.encode() not in content for part in given.split("."))


async def test_a_replaced_token_ends_the_whole_chain(http: httpx.AsyncClient) -> None:
    stolen = (await token(http, **AS_ALICE, **APP))["refresh_token"]
    newest = (await token(http, **refresh(stolen)))["refresh_token"]
    answer = await http.post("/oauth/token", data=refresh(stolen))
    assert_refused(answer, 401, "invalid_grant", "identity.refresh-reused")
    answer = await http.post("/oauth/token", data=refresh(newest))
    assert_refused(answer, 401, "invalid_grant", "identity.refresh-unknown")


async def test_of_two_uses_at_the_same_time_one_succeeds(http: httpx.AsyncClient) -> None:
    given = (await token(http, **AS_ALICE, **APP))["refresh_token"]
    answers = await asyncio.gather(*(http.post("/oauth/token", data=refresh(given)) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]


@pytest.mark.parametrize("text", ["", "nonsense", "a.b", "..", "x" * 5000])
async def test_tokens_that_were_never_given(http: httpx.AsyncClient, text: str) -> None:
    answer = await http.post("/oauth/token", data=refresh(text))
    code = "identity.refresh-unknown" if text else "identity.parameter-missing"
    assert_refused(answer, 401 if text else 400, "invalid_grant" if text else "invalid_request", code)


@pytest.mark.parametrize("thief", [CLIENT, OTHER_APP])
async def test_another_client_gets_nothing_and_ends_it(http: httpx.AsyncClient, thief: dict[str, str]) -> None:
    given = (await token(http, **AS_ALICE, **APP))["refresh_token"]
    answer = await http.post("/oauth/token", data=refresh(given) | thief)
    assert_refused(answer, 401, "invalid_grant", "identity.refresh-of-another")
    answer = await http.post("/oauth/token", data=refresh(given))
    assert_refused(answer, 401, "invalid_grant", "identity.refresh-unknown")


async def test_they_expire_after_a_week(http: httpx.AsyncClient, installation: Installation) -> None:
    given = (await token(http, **AS_ALICE, **APP))["refresh_token"]
    installation.clock.now += LIFETIME - 1
    given = (await token(http, **refresh(given)))["refresh_token"]
    installation.clock.now += LIFETIME
    answer = await http.post("/oauth/token", data=refresh(given))
    assert_refused(answer, 401, "invalid_grant", "identity.refresh-unknown")


async def test_who_is_gone_gets_nothing_and_who_lost_a_scope_gets_less(
    http: httpx.AsyncClient, installation: Installation
) -> None:
    given = await token(http, **AS_ALICE, **APP)
    async with installation.db.begin() as session:
        await UserRepository(session).put(ACME.id, replace(ALICE, scopes=("orders!t1.Read", "new.Scope")))
    less = await token(http, **refresh(given["refresh_token"]))
    assert less["scope"] == "openid orders!t1.Read"
    async with installation.db.begin() as session:
        await UserRepository(session).delete(ACME.id, ALICE.name)
    answer = await http.post("/oauth/token", data=refresh(less["refresh_token"]))
    assert_refused(answer, 401, "invalid_grant", "identity.user-gone")


async def test_a_refresh_can_narrow_scopes_but_never_widen_them(http: httpx.AsyncClient) -> None:
    given = (await token(http, **AS_ALICE, **APP, scope="openid orders!t1.Read"))["refresh_token"]
    answer = await http.post("/oauth/token", data=refresh(given, scope="orders!t1.Write"))
    assert_refused(answer, 400, "invalid_scope", "identity.scope-invalid")


async def test_exchanges_give_one_only_where_it_is_asked_for(http: httpx.AsyncClient) -> None:
    assertion = (await token(http, **AS_ALICE, **APP))["access_token"]
    form = {"grant_type": JWT_BEARER, "assertion": assertion, **CLIENT}
    assert "refresh_token" not in await token(http, **form)
    assert "refresh_token" not in await token(http, **form, refresh_expiry="0")
    assert (await token(http, **form, refresh_expiry="3600"))["refresh_token"]
    assert "refresh_token" not in await token(http, grant_type="client_credentials", **CLIENT)


async def test_the_user_token_flow_as_a_known_client_does_it(
    http: httpx.AsyncClient, installation: Installation
) -> None:
    """sap-cf-destconn: everything in the query, then Basic authentication (client-behaviour)."""
    async with installation.db.begin() as session:
        await UserRepository(session).put(ACME.id, replace(ALICE, scopes=(*ALICE.scopes, "uaa.user")))
    user_token = (await token(http, **AS_ALICE, **APP))["access_token"]
    query = {"grant_type": "user_token", "response_type": "token", "client_id": CLIENT["client_id"]}
    answer = await http.post("/oauth/token", params=query, headers={"Authorization": f"Bearer {user_token}"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["access_token"] is None
    basic = httpx.BasicAuth(CLIENT["client_id"], CLIENT["client_secret"])
    query = {"grant_type": "refresh_token", "refresh_token": answer.json()["refresh_token"]}
    exchanged = await http.post("/oauth/token", params=query, auth=basic)
    assert exchanged.status_code == 200, exchanged.text
    after = claims(installation, exchanged.json())
    assert (after["user_name"], after["cid"]) == ("alice", CLIENT["client_id"])


async def test_user_token_needs_a_person_with_the_scope(http: httpx.AsyncClient) -> None:
    form = {"grant_type": "user_token", "client_id": CLIENT["client_id"]}
    answer = await http.post("/oauth/token", data=form)
    assert_refused(answer, 401, "unauthorized", "identity.user-token-missing")
    for bearer, status, error, code in (
        ((await token(http, **AS_ALICE, **APP))["access_token"], 403, "insufficient_scope", "identity.scope-missing"),
        (
            (await token(http, grant_type="client_credentials", **CLIENT))["access_token"],
            401,
            "invalid_grant",
            "identity.assertion-technical",
        ),
        ("nonsense", 401, "invalid_grant", "identity.assertion-invalid"),
    ):
        answer = await http.post("/oauth/token", data=form, headers={"Authorization": f"Bearer {bearer}"})
        assert_refused(answer, status, error, code)


async def test_user_token_knows_clients_of_the_tenant_only(http: httpx.AsyncClient) -> None:
    bearer = (await token(http, **AS_ALICE, **APP))["access_token"]
    for client in ("nobody", OTHER_APP["client_id"]):
        form = {"grant_type": "user_token", "client_id": client}
        answer = await http.post("/oauth/token", data=form, headers={"Authorization": f"Bearer {bearer}"})
        assert_refused(answer, 401, "unauthorized", "identity.client-unknown")
