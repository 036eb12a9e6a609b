"""Subscribers: a provider's client acts in the tenants that have subscribed, and in no other (§5.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from landbridge.model.secret import Secret
from landbridge.model.subaccount import User
from landbridge.model.subscription import Subscription
from landbridge.store import SubscriptionRepository, UserRepository
from tests.api.token_http import APP, AS_ALICE, CLIENT, JWT_BEARER, OTHER_APP, assert_refused, claims, token, token_http
from tests.identity.seed import ACME, OTHER, Installation, installed

pytestmark = pytest.mark.anyio

SUBSCRIPTION = Subscription(OTHER.id, ACME.id, "orders!t1")
OWN_HOST = "acme.authentication.localhost:8444"
FORM = {"grant_type": "client_credentials", **CLIENT}


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(tmp_path) as installation:
        async with installation.db.begin() as session:
            await SubscriptionRepository(session).put(SUBSCRIPTION)
            await UserRepository(session).put(OTHER.id, User("olga", Secret("of the other one")))
        yield installation


@pytest.fixture
async def http(installation: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with token_http(installation) as http:
        yield http


@pytest.mark.parametrize(
    ("headers", "parameters"),
    [
        ({"Host": "other.authentication.localhost:8444"}, {}),
        ({"Host": "authentication.localhost:8444", "x-zid": OTHER.id}, {}),
        ({"Host": OWN_HOST, "X-zid": OTHER.id}, {}),
        ({"x-zid": OTHER.id}, {}),
        ({}, {"app_tid": OTHER.id}),
        ({"Host": OWN_HOST}, {"app_tid": OTHER.id}),
        ({"Host": "other.localhost"}, {}),
        ({"Host": "other.authentication.localhost", "x-zid": ACME.id}, {}),
    ],
    ids=["host", "bare-and-header", "provider-host-and-header", "header", "parameter", "own-host-parameter",
         "laptop", "host-first"],
)  # fmt: skip
async def test_ways_to_the_subscribers_tenant(
    http: httpx.AsyncClient, installation: Installation, headers: dict[str, str], parameters: dict[str, str]
) -> None:
    answer = await http.post("/oauth/token", data={**FORM, **parameters}, headers=headers)
    assert answer.status_code == 200, answer.text
    found = claims(installation, answer.json())
    assert (found["zid"], found["ext_attr"]["zdn"], found["ext_attr"]["subaccountid"]) == (OTHER.id, "other", OTHER.id)
    assert found["iss"] == "https://other.authentication.localhost:8444/oauth/token"
    assert found["cid"] == CLIENT["client_id"]


async def test_a_subscription_opens_one_direction_only(http: httpx.AsyncClient) -> None:
    answer = await http.post(
        "/oauth/token", data={"grant_type": "client_credentials", **OTHER_APP}, headers={"x-zid": ACME.id}
    )
    assert_refused(answer, 401, "unauthorized", "identity.not-subscribed")


async def test_the_end_of_a_subscription_is_the_end(http: httpx.AsyncClient, installation: Installation) -> None:
    async with installation.db.begin() as session:
        await SubscriptionRepository(session).delete(SUBSCRIPTION)
    answer = await http.post("/oauth/token", data=FORM, headers={"x-zid": OTHER.id})
    assert_refused(answer, 401, "unauthorized", "identity.not-subscribed")


async def test_users_of_the_subscriber_log_in_there(http: httpx.AsyncClient, installation: Installation) -> None:
    host = {"Host": "other.authentication.localhost"}
    as_olga = {"grant_type": "password", "username": "olga", "password": "of the other one", **APP}
    answer = await http.post("/oauth/token", data=as_olga, headers=host)
    assert claims(installation, answer.json())["zid"] == OTHER.id
    exchange = {"grant_type": JWT_BEARER, "assertion": answer.json()["access_token"], **CLIENT}
    there = await http.post("/oauth/token", data=exchange, headers={"x-zid": OTHER.id})
    assert claims(installation, there.json())["user_name"] == "olga"
    here = await http.post("/oauth/token", data=exchange)
    assert_refused(here, 401, "invalid_grant", "identity.assertion-foreign")
    alice = await http.post("/oauth/token", data={**AS_ALICE, **APP}, headers=host)
    assert_refused(alice, 401, "invalid_grant", "identity.user-wrong")


async def test_a_refresh_token_stays_in_its_tenant(http: httpx.AsyncClient) -> None:
    given = (await token(http, **AS_ALICE, **APP))["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": given, **APP}
    answer = await http.post("/oauth/token", data=form, headers={"x-zid": OTHER.id})
    assert_refused(answer, 401, "invalid_grant", "identity.refresh-of-another")
