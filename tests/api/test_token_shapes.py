"""What else the token service answers: attributes of clients, tokens in the other shape, /userinfo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from landbridge.identity.ias import RESOURCE
from landbridge.store import UserRepository
from tests.api.token_http import APP, AS_ALICE, CLIENT, JWT_BEARER, assert_refused, claims, token, token_http
from tests.identity.seed import ACME, ALICE, DESTINATION_CLIENT, INSTANCE, OTHER_INSTANCE, Installation, installed

pytestmark = pytest.mark.anyio

FORM = {"grant_type": "client_credentials", **CLIENT}


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(tmp_path) as installation:
        yield installation


@pytest.fixture
async def http(installation: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with token_http(installation) as http:
        yield http


async def test_attributes_that_an_application_puts_in(http: httpx.AsyncClient, installation: Installation) -> None:
    authorities = '{"az_attr": {"ExternalGroup": "domain\\\\group1", "n": 1}}'
    answer = await token(http, **FORM, authorities=authorities)
    assert claims(installation, answer)["az_attr"] == {"ExternalGroup": "domain\\group1", "n": 1}
    user = (await token(http, **AS_ALICE, **APP))["access_token"]
    exchanged = await token(http, grant_type=JWT_BEARER, assertion=user, authorities=authorities, **CLIENT)
    assert claims(installation, exchanged)["az_attr"]["n"] == 1


@pytest.mark.parametrize(
    "text", ["no json", "[]", '{"az_attr": 1}', '{"az_attr": {"x": "' + "y" * 3000 + '"}}', "[" * 900]
)
async def test_attributes_that_are_none(http: httpx.AsyncClient, text: str) -> None:
    answer = await http.post("/oauth/token", data={**FORM, "authorities": text})
    assert_refused(answer, 400, "invalid_request", "identity.request-malformed")


async def test_a_technical_token_in_the_other_shape(http: httpx.AsyncClient, installation: Installation) -> None:
    answer = await http.post("/oauth2/token", data={**FORM, "app_tid": ACME.id, "resource": RESOURCE + INSTANCE.id})
    assert answer.status_code == 200, answer.text
    found = claims(installation, answer.json())
    assert found["app_tid"] == found["zone_uuid"] == ACME.id
    assert (found["azp"], found["sap_id_type"]) == (CLIENT["client_id"], "app")
    assert DESTINATION_CLIENT.id in found["aud"]
    assert found["ias_iss"] == found["iss"]
    assert not {"zid", "ext_attr", "cid", "scope"} & set(found)
    verified = installation.verifier.verify(answer.json()["access_token"])
    assert (verified.tenant, verified.client_id, verified.is_user_token) == (ACME.id, CLIENT["client_id"], False)


async def test_resources_of_others_are_no_audience(http: httpx.AsyncClient, installation: Installation) -> None:
    for resource in (RESOURCE + OTHER_INSTANCE.id, RESOURCE + "nobody", "urn:whatever"):
        answer = await http.post("/oauth2/token", data={**FORM, "resource": resource})
        assert claims(installation, answer.json())["aud"] == [CLIENT["client_id"]]


async def test_a_user_token_in_the_other_shape(http: httpx.AsyncClient, installation: Installation) -> None:
    answer = await http.post("/oauth2/token", data={**AS_ALICE, **APP})
    found = claims(installation, answer.json())
    assert found["scim_id"] == found["user_uuid"] == found["sub"]
    assert (found["email"], found["sap_id_type"], found["groups"]) == ("alice@acme.test", "user", ["Buyers"])
    assert answer.json()["id_token"]
    assert installation.verifier.verify(answer.json()["access_token"]).is_user_token
    assert (await http.get("/oauth2/certs")).json() == installation.keyring.jwks()


async def test_userinfo(http: httpx.AsyncClient, installation: Installation) -> None:
    async with installation.db.begin() as session:
        await UserRepository(session).put(ACME.id, replace(ALICE, scopes=(*ALICE.scopes, "user_attributes")))
    full = (await token(http, **AS_ALICE, **APP))["access_token"]
    narrow = (await token(http, **AS_ALICE, **APP, scope="openid"))["access_token"]
    about = (await http.get("/userinfo", headers={"Authorization": f"Bearer {full}"})).json()
    assert (about["user_name"], about["name"], about["email"]) == ("alice", "Alice Liddell", "alice@acme.test")
    assert about["user_attributes"] == {"costcenter": ["1000", "2000"], "xs.saml.groups": ["Buyers"]}
    less = (await http.get("/userinfo", headers={"Authorization": f"Bearer {narrow}"})).json()
    assert "user_attributes" not in less


async def test_userinfo_is_about_people(http: httpx.AsyncClient) -> None:
    technical = (await token(http, **FORM))["access_token"]
    answer = await http.get("/userinfo", headers={"Authorization": f"Bearer {technical}"})
    assert_refused(answer, 401, "invalid_grant", "identity.assertion-technical")
    assert_refused(await http.get("/userinfo"), 401, "unauthorized", "identity.user-token-missing")
    forged = await http.get("/userinfo", headers={"Authorization": "Bearer x.y.z"})
    assert_refused(forged, 401, "invalid_grant", "identity.assertion-invalid")


async def test_password_logins_are_limited(http: httpx.AsyncClient, installation: Installation) -> None:
    for _ in range(10):
        await http.post("/oauth/token", data={**AS_ALICE, **APP, "password": "wrong"})
    answer = await http.post("/oauth/token", data={**AS_ALICE, **APP})
    assert_refused(answer, 429, "too_many_requests", "identity.too-many-failures")
    assert answer.headers["retry-after"] == "300"
    installation.clock.now += 300
    await token(http, **AS_ALICE, **APP)
