"""The administrator's routes, on a running cloud side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from landbridge.app import CloudSide
from landbridge.model.enrolment import parse_authentication_data
from tests.cloud_side import ACME, LANDSCAPE, administrator, cloud_side

pytestmark = pytest.mark.anyio

OTHER = LANDSCAPE.replace(ACME, ACME.replace("5", "6")).replace("acme", "other").replace("shop", "market")


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[CloudSide]:
    async with cloud_side(tmp_path) as running:
        yield running


@pytest.fixture
async def admin(side: CloudSide) -> AsyncIterator[httpx.AsyncClient]:
    async with administrator(side) as client:
        yield client


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "platform.admin-token-missing"),
        ("", "platform.admin-token-missing"),
        ("Basic YWRtaW46YWRtaW4=", "platform.admin-login-wrong"),
        ("Basic ???", "platform.admin-token-missing"),
        ("Bearer", "platform.admin-token-missing"),
        ("Bearer wrong", "platform.admin-token-wrong"),
        ("Bearer ümlaut", "platform.admin-token-wrong"),
    ],
)
async def test_nobody_gets_in_without_the_admin_token(side: CloudSide, header: str | None, code: str) -> None:
    headers = {} if header is None else {"Authorization": header.encode()}
    async with httpx.AsyncClient(base_url=side.running.local_url, trust_env=False) as client:
        routes = [
            ("GET", "/admin/subaccounts"),
            ("GET", "/admin/subaccounts/acme/bindings"),
            ("POST", "/admin/subaccounts/acme/connectors/invitations"),
            ("GET", "/admin/connectors"),
            ("POST", "/admin/connectors/x/revoke"),
            ("POST", "/admin/landscape"),
            ("POST", "/admin/reset"),
            ("POST", "/admin/dev/token"),
        ]
        for method, path in routes:
            answer = await client.request(method, path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, code), path
            assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_token_of_an_application_is_no_admin_token(side: CloudSide, admin: httpx.AsyncClient) -> None:
    minted = (await admin.post("/admin/dev/token", json={"subaccount": "acme", "instance": "app"})).json()
    headers = {"Authorization": f"Bearer {minted['access_token']}"}
    assert (await admin.get("/admin/subaccounts", headers=headers)).status_code == 401


async def test_subaccounts_show_what_they_hold_and_no_secret(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/admin/subaccounts")
    (subaccount,) = answer.json()
    assert (subaccount["id"], subaccount["users"]) == (ACME, ["alice@example.com"])
    assert [one["name"] for one in subaccount["instances"]] == ["app", "conn", "dest"]
    assert "wonderland" not in answer.text


@pytest.mark.parametrize("name", ["acme", ACME])
async def test_bindings_are_found_by_subdomain_and_by_id(admin: httpx.AsyncClient, name: str) -> None:
    services = (await admin.get(f"/admin/subaccounts/{name}/bindings")).json()
    assert set(services) == {"destination", "connectivity", "xsuaa"}
    only = (await admin.get(f"/admin/subaccounts/{name}/bindings", params={"instance": "dest"})).json()
    assert only == {"destination": services["destination"]}


async def test_unknown_names_are_answered_with_the_known_ones(admin: httpx.AsyncClient) -> None:
    unknown = (await admin.get("/admin/subaccounts/nope/bindings")).json()
    assert unknown["code"] == "platform.unknown-subaccount"
    assert "acme" in unknown["message"]
    instance = (await admin.get("/admin/subaccounts/acme/bindings?instance=nope")).json()
    assert instance["code"] == "platform.unknown-instance"
    assert "app, conn, dest" in instance["message"]
    wish = {"subaccount": "acme", "instance": "app", "user": "nope"}
    user = (await admin.post("/admin/dev/token", json=wish)).json()
    assert user["code"] == "platform.unknown-user"
    assert "alice@example.com" in user["message"]
    connector = (await admin.post("/admin/connectors/nope/revoke")).json()
    assert connector["code"] == "platform.unknown-connector"


async def test_an_invitation_is_authentication_data_for_this_gateway(side: CloudSide, admin: httpx.AsyncClient) -> None:
    wish = {"locationId": "office", "minutes": 5}
    answer = await admin.post("/admin/subaccounts/acme/connectors/invitations", json=wish)
    assert answer.status_code == 201
    data = parse_authentication_data(answer.json()["authenticationData"])
    assert (data.subaccount_id, data.location_id) == (ACME, "office")
    assert data.gateways == (f"localhost:{side.ports.tunnel}",)
    assert data.ca_pem == (side.settings.data / "ca.pem").read_text()


async def test_an_invitation_needs_no_body(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/admin/subaccounts/acme/connectors/invitations")
    assert parse_authentication_data(answer.json()["authenticationData"]).location_id == ""


@pytest.mark.parametrize("wish", [{"locationId": "a b"}, {"minutes": 0}, {"minutes": "soon"}, {"location": "x"}])
async def test_an_invitation_that_makes_no_sense_is_refused(admin: httpx.AsyncClient, wish: dict[str, object]) -> None:
    answer = await admin.post("/admin/subaccounts/acme/connectors/invitations", json=wish)
    assert (answer.status_code, answer.json()["code"]) == (400, "platform.request-invalid")
    assert next(iter(wish)) in answer.json()["message"]


async def test_expected_connectors_are_listed_before_anybody_enrolled(admin: httpx.AsyncClient) -> None:
    (row,) = (await admin.get("/admin/connectors")).json()
    assert (row["name"], row["locationId"], row["state"]) == ("office", "", "expected")


async def test_applying_the_same_landscape_changes_nothing(admin: httpx.AsyncClient) -> None:
    before = (await admin.get("/admin/subaccounts/acme/bindings")).json()
    changes = (await admin.post("/admin/landscape", content=LANDSCAPE)).json()
    assert (changes["created"], changes["updated"], changes["removed"]) == (0, 0, 0)
    assert changes["unchanged"] > 5
    assert (await admin.get("/admin/subaccounts/acme/bindings")).json() == before


async def test_a_broken_landscape_is_answered_with_the_line(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/admin/landscape", content=LANDSCAPE.replace("subdomain: acme", "subdomain: A C M E"))
    assert answer.status_code == 400
    assert answer.json()["code"] == "landscape.invalid"
    assert "4" in answer.json()["message"]
    not_text = await admin.post("/admin/landscape", content=b"\xff\xfe")
    assert not_text.json()["code"] == "platform.request-invalid"


async def test_reset_goes_back_to_the_landscape_and_keeps_client_secrets(admin: httpx.AsyncClient) -> None:
    before = (await admin.get("/admin/subaccounts/acme/bindings")).json()
    await admin.post("/admin/reset", params={"to": "empty"})
    assert (await admin.get("/admin/subaccounts")).json() == []
    answer = (await admin.post("/admin/reset")).json()
    assert answer["to"] == "landscape"
    (subaccount,) = (await admin.get("/admin/subaccounts")).json()
    assert subaccount["subdomain"] == "acme"
    again = (await admin.get("/admin/subaccounts/acme/bindings")).json()
    await admin.post("/admin/reset")
    assert (await admin.get("/admin/subaccounts/acme/bindings")).json() == again
    assert before.keys() == again.keys()


async def test_reset_removes_what_the_landscape_does_not_name(side: CloudSide, admin: httpx.AsyncClient) -> None:
    """Two landscapes after each other: the later one is the one to go back to."""
    await admin.post("/admin/landscape", content=OTHER)
    assert len((await admin.get("/admin/subaccounts")).json()) == 2
    await admin.post("/admin/reset")
    assert [one["subdomain"] for one in (await admin.get("/admin/subaccounts")).json()] == ["other"]


async def test_tokens_verified_before_a_reset_are_verified_anew(side: CloudSide, admin: httpx.AsyncClient) -> None:
    epoch = side.keyring.epoch
    await admin.post("/admin/reset")
    assert side.keyring.epoch > epoch


async def test_a_minted_token_is_what_the_token_service_would_give(side: CloudSide, admin: httpx.AsyncClient) -> None:
    wish = {"subaccount": "acme", "instance": "app", "user": "alice@example.com"}
    minted = (await admin.post("/admin/dev/token", json=wish)).json()
    (entry,) = (await side.binding("acme", "app"))["xsuaa"]
    found = entry["credentials"]
    assert isinstance(found, dict)
    form = {
        "grant_type": "password",
        "username": "alice@example.com",
        "password": "wonderland",
        "client_id": found["clientid"],
        "client_secret": found["clientsecret"],
    }
    issued = (await admin.post("/oauth/token", data=form, headers={"Authorization": ""})).json()
    ours = dict(side.verifier.verify(minted["access_token"]).claims)
    theirs = dict(side.verifier.verify(issued["access_token"]).claims)
    for claims in (ours, theirs):
        for changing in ("jti", "iat", "exp"):
            del claims[changing]
    assert ours == theirs
    assert {*minted.keys(), "refresh_token"} == set(issued.keys())
