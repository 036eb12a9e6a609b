"""Administering over HTTP: what can be made, shown and deleted, and by whom."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from landbridge.app import CloudSide
from landbridge.settings import Profile
from tests.cloud_side import ACME, LANDSCAPE, administrator, cloud_side
from tests.identity.issuers import Provider, provider

pytestmark = pytest.mark.anyio

OTHER = "66666666-2222-3333-4444-555555555555"
TWO = LANDSCAPE.partition("connectors:")[0] + (
    f"  - id: {OTHER}\n    subdomain: other\n    instances: [{{name: dest, service: destination}}]\n"
)
PASSWORD = "correct horse battery"


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[CloudSide]:
    async with cloud_side(tmp_path, TWO) as running:
        yield running


@pytest.fixture
async def admin(side: CloudSide) -> AsyncIterator[httpx.AsyncClient]:
    async with administrator(side) as client:
        yield client


@pytest.fixture
async def anybody(side: CloudSide) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=side.running.local_url, trust_env=False) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def name_administrator(admin: httpx.AsyncClient, name: str, **wish: str) -> None:
    answer = await admin.post("/admin/administrators", json={"name": name, "password": PASSWORD, **wish})
    assert answer.status_code == 201, answer.text


async def log_in(anybody: httpx.AsyncClient, name: str, password: str = PASSWORD) -> dict[str, str]:
    answer = await anybody.post("/admin/login", json={"name": name, "password": password})
    assert answer.status_code == 200, answer.text
    return bearer(answer.json()["token"])


async def mint(admin: httpx.AsyncClient, **wish: Any) -> str:
    answer = await admin.post("/admin/dev/token", json={"subaccount": "acme", "instance": "app", **wish})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


# --- subaccounts, instances, subscriptions ----------------------------------------------------------------------------


async def test_a_subaccount_from_its_creation_to_its_end(admin: httpx.AsyncClient) -> None:
    made = await admin.post("/admin/subaccounts", json={"subdomain": "fresh", "name": "Fresh"})
    assert made.status_code == 201
    assert (await admin.get("/admin/subaccounts/fresh")).json() == made.json()
    assert (await admin.delete("/admin/subaccounts/fresh")).status_code == 204
    assert code(await admin.get("/admin/subaccounts/fresh")) == (404, "platform.unknown-subaccount")


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"subdomain": "acme"}, (409, "store.conflict")),
        ({"subdomain": "new", "id": ACME}, (409, "store.conflict")),
        ({"subdomain": "Not A Label"}, (400, "platform.request-invalid")),
        ({"subdomain": "new", "id": "x"}, (400, "platform.request-invalid")),
        ({}, (400, "platform.request-invalid")),
        ({"subdomain": "new", "extra": 1}, (400, "platform.request-invalid")),
    ],
)
async def test_subaccounts_that_cannot_be_made(
    admin: httpx.AsyncClient, wish: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert code(await admin.post("/admin/subaccounts", json=wish)) == expected
    assert len((await admin.get("/admin/subaccounts")).json()) == 2


@pytest.mark.parametrize("service", ["destination", "connectivity", "xsuaa"])
async def test_an_instance_has_a_binding_that_works_at_once(
    side: CloudSide, admin: httpx.AsyncClient, anybody: httpx.AsyncClient, service: str
) -> None:
    made = await admin.post("/admin/subaccounts/other/instances", json={"name": "n", "service": service})
    assert made.status_code == 201, made.text
    (entry,) = (await side.binding("other", "n"))[service]
    found = entry["credentials"]
    assert isinstance(found, dict)
    form = {
        "grant_type": "client_credentials", "client_id": found["clientid"], "client_secret": found["clientsecret"]
    }  # fmt: skip
    answer = await anybody.post("/oauth/token", data=form)
    assert side.verifier.verify(answer.json()["access_token"]).tenant == OTHER
    assert (await admin.delete("/admin/subaccounts/other/instances/n")).status_code == 204
    assert (await anybody.post("/oauth/token", data=form)).status_code == 401


async def test_instances_that_cannot_be_made(admin: httpx.AsyncClient) -> None:
    path = "/admin/subaccounts/acme/instances"
    taken = await admin.post(path, json={"name": "dest", "service": "destination"})
    assert code(taken) == (409, "store.conflict")
    application = await admin.post(path, json={"name": "again", "service": "xsuaa", "xsappname": "shop"})
    assert code(application) == (409, "store.conflict")
    for wish in (
        {"name": "n", "service": "mail"},
        {"name": "", "service": "xsuaa"},
        {"name": "a\nb", "service": "xsuaa"},
        {"name": "n", "service": "destination", "xsappname": "x"},
    ):
        assert code(await admin.post(path, json=wish)) == (400, "platform.request-invalid"), wish
    assert len((await admin.get(path)).json()) == 3


async def test_several_bindings_of_one_instance(side: CloudSide, admin: httpx.AsyncClient) -> None:
    for instance, label in (("dest", "destination"), ("app", "xsuaa")):
        path = f"/admin/subaccounts/acme/instances/{instance}/bindings"
        made = await admin.post(path, json={"name": "second"})
        assert made.status_code == 201
        first, second = (await side.binding("acme", instance))[label]
        assert first["credentials"]["clientid"] != second["credentials"]["clientid"]  # type: ignore[index]
        assert code(await admin.post(path, json={"name": "second"})) == (409, "store.conflict")
        assert [one["name"] for one in (await admin.get(path)).json()] == ["default", "second"]
        assert "clientsecret" not in (await admin.get(path)).text


async def test_a_subscription_lets_the_provider_in(
    side: CloudSide, admin: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    ((entry,),) = (await side.binding("acme", "dest")).values()
    found = entry["credentials"]
    assert isinstance(found, dict)
    form = {
        "grant_type": "client_credentials", "client_id": found["clientid"], "client_secret": found["clientsecret"]
    }  # fmt: skip
    assert (await anybody.post("/oauth/token", data=form, headers={"x-zid": OTHER})).status_code == 401
    path = "/admin/subaccounts/other/subscriptions"
    made = await admin.post(path, json={"provider": "acme", "application": "shop"})
    assert made.status_code == 201
    assert (await admin.get(path)).json() == (await admin.get("/admin/subaccounts/acme/subscriptions")).json()
    assert (await anybody.post("/oauth/token", data=form, headers={"x-zid": OTHER})).status_code == 200
    gone = {"provider": "acme", "application": "shop"}
    assert (await admin.delete(path, params=gone)).status_code == 204
    assert (await anybody.post("/oauth/token", data=form, headers={"x-zid": OTHER})).status_code == 401
    assert code(await admin.delete(path, params=gone)) == (404, "platform.unknown-subscription")
    itself = await admin.post("/admin/subaccounts/acme/subscriptions", json=gone)
    assert code(itself) == (400, "platform.request-invalid")


# --- people -----------------------------------------------------------------------------------------------------------


async def test_a_user_logs_in_until_deleted(side: CloudSide, admin: httpx.AsyncClient) -> None:
    wish = {"name": "bob", "password": "builder", "scopes": ["shop.write"], "attributes": {"site": ["X"]}}
    made = await admin.post("/admin/subaccounts/acme/users", json=wish)
    assert made.status_code == 201
    assert "builder" not in made.text
    assert [one["name"] for one in (await admin.get("/admin/subaccounts/acme/users")).json()] == [
        "alice@example.com", "bob"
    ]  # fmt: skip
    claims = side.verifier.verify(await mint(admin, user="bob")).claims
    assert (claims["scope"], claims["xs.user.attributes"]) == (["openid", "shop.write"], {"site": ["X"]})
    assert (await admin.delete("/admin/subaccounts/acme/users/bob")).status_code == 204
    assert code(await admin.delete("/admin/subaccounts/acme/users/bob")) == (404, "platform.unknown-user")


async def test_roles_are_in_tokens(side: CloudSide, admin: httpx.AsyncClient) -> None:
    path = "/admin/subaccounts/acme/roles"
    everywhere = {"person": "alice@example.com", "role": "Certificate Viewer"}
    there = {"person": "alice@example.com", "role": "Destination Viewer", "instance": "dest"}
    for wish in (everywhere, there):
        assert (await admin.post(path, json=wish)).status_code == 201
    (instance,) = [row["instanceId"] for row in (await admin.get(path)).json() if row["instanceId"]]
    claims = side.verifier.verify(await mint(admin, user="alice@example.com")).claims
    assert claims["xs.system.attributes"]["xs.rolecollections"] == [
        "Certificate Viewer", f"Destination Viewer@{instance}"
    ]  # fmt: skip
    assert (await admin.delete(path, params=there)).status_code == 204
    assert code(await admin.delete(path, params=there)) == (404, "platform.unknown-role")
    for wish in (
        {**everywhere, "role": "Boss"},
        {"person": "a", "role": "Cloud Connector Administrator", "instance": "dest"},
    ):
        assert code(await admin.post(path, json=wish)) == (400, "platform.request-invalid")
    unknown = await admin.post(path, json={**there, "instance": "nope"})
    assert code(unknown) == (404, "platform.unknown-instance")


async def test_trusted_issuers(admin: httpx.AsyncClient) -> None:
    path = "/admin/subaccounts/acme/issuers"
    wish = {"issuer": "https://idp.test", "discovery": "https://idp.test/.well-known/openid-configuration"}
    assert (await admin.post(path, json=wish)).status_code == 201
    assert (await admin.get(path)).json() == [{**wish, "audience": ""}]
    assert (await admin.get("/admin/subaccounts/other/issuers")).json() == []
    assert (await admin.delete(path, params={"issuer": "https://idp.test"})).status_code == 204
    gone = await admin.delete(path, params={"issuer": "https://idp.test"})
    assert code(gone) == (404, "platform.unknown-issuer")
    for bad in (
        {"issuer": "x"},
        {**wish, "jwksUri": "https://idp.test/keys"},
        {"issuer": "x", "jwks": "no json"},
        {"issuer": "x", "jwksUri": "file:///etc/passwd"},
        {"issuer": "x", "certificate": "no pem"},
    ):
        assert code(await admin.post(path, json=bad)) == (400, "platform.request-invalid"), bad


async def test_a_certificate_is_a_trusted_issuer_too(side: CloudSide, admin: httpx.AsyncClient) -> None:
    pem = (side.settings.data / "ca.pem").read_text()
    made = await admin.post("/admin/subaccounts/acme/issuers", json={"issuer": "saml", "certificate": pem})
    assert made.status_code == 201
    assert "x5c" in made.json()["jwks"]


# --- keys and development ---------------------------------------------------------------------------------------------


async def test_signing_keys(side: CloudSide, admin: httpx.AsyncClient) -> None:
    (old,) = (await admin.get("/admin/keys")).json()["published"]
    keys = (await admin.post("/admin/keys/rotate")).json()
    assert (keys["signing"], len(keys["published"])) == (old, 2)
    await admin.post("/admin/dev/clock", json={"seconds": 1801})
    keys = (await admin.get("/admin/keys")).json()
    assert keys["signing"] != old
    token = await mint(admin)
    keys = (await admin.post("/admin/keys/rotate?atOnce=true")).json()
    assert keys["signing"] == keys["published"][0]
    assert code(await admin.delete(f"/admin/keys/{keys['signing']}")) == (409, "identity.key-signs")
    assert side.verifier.verify(token)
    for kid in keys["published"][1:]:
        assert (await admin.delete(f"/admin/keys/{kid}")).status_code == 204
    assert (await admin.get("/userinfo", headers=bearer(token))).status_code == 401
    assert code(await admin.delete("/admin/keys/nope")) == (404, "platform.unknown-key")


async def test_a_minted_token_says_what_is_wanted(side: CloudSide, admin: httpx.AsyncClient) -> None:
    token = await mint(admin, user="alice@example.com", claims={"scope": ["any"], "x": {"y": 1}, "email": None})
    claims = side.verifier.verify(token).claims
    assert (claims["scope"], claims["x"], "email" in claims) == (["any"], {"y": 1}, False)
    expired = await mint(admin, lifetime=-120)
    assert (await admin.get("/userinfo", headers=bearer(expired))).json()["error"] == "invalid_grant"


async def test_the_clock_moves_and_goes_back(side: CloudSide, admin: httpx.AsyncClient) -> None:
    token = await mint(admin, user="alice@example.com")
    assert (await admin.get("/userinfo", headers=bearer(token))).status_code == 200
    assert (await admin.post("/admin/dev/clock", json={"seconds": 50_000})).json()["ahead"] == 50_000
    assert (await admin.get("/userinfo", headers=bearer(token))).status_code == 401
    assert (await admin.delete("/admin/dev/clock")).json()["ahead"] == 0
    assert (await admin.get("/userinfo", headers=bearer(token))).status_code == 200


async def test_a_reset_forgets_failed_logins_and_the_moved_clock(
    admin: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    await name_administrator(admin, "root")
    for _ in range(10):
        await anybody.post("/admin/login", json={"name": "root", "password": "wrong"})
    await admin.post("/admin/dev/clock", json={"seconds": 10})
    await admin.post("/admin/reset")
    assert (await admin.get("/admin/dev/clock")).json()["ahead"] == 0
    await log_in(anybody, "root")


async def test_the_server_profile_neither_mints_nor_moves(tmp_path: Path) -> None:
    async with cloud_side(tmp_path, profile=Profile.SERVER) as side, administrator(side) as admin:
        wish = {"subaccount": "acme", "instance": "app"}
        assert code(await admin.post("/admin/dev/token", json=wish)) == (403, "platform.laptop-only")
        assert code(await admin.post("/admin/dev/clock", json={"seconds": 1})) == (403, "platform.laptop-only")


# --- administrators ---------------------------------------------------------------------------------------------------


async def test_an_administrator_logs_in_with_a_password(admin: httpx.AsyncClient, anybody: httpx.AsyncClient) -> None:
    await name_administrator(admin, "root")
    headers = await log_in(anybody, "root")
    assert (await anybody.get("/admin/me", headers=headers)).json() == {
        "name": "root", "subaccountId": None, "connectorsOnly": False
    }  # fmt: skip
    assert len((await anybody.get("/admin/subaccounts", headers=headers)).json()) == 2
    basic = httpx.BasicAuth("root", PASSWORD)
    assert (await anybody.get("/admin/me", auth=basic)).json()["name"] == "root"
    assert (await anybody.post("/admin/logout", headers=headers)).status_code == 204
    assert code(await anybody.get("/admin/me", headers=headers)) == (401, "platform.admin-token-wrong")


async def test_a_session_ends_by_time_and_with_the_administrator(
    admin: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    await name_administrator(admin, "root")
    headers = await log_in(anybody, "root")
    await admin.post("/admin/dev/clock", json={"seconds": 8 * 3600 + 1})
    assert code(await anybody.get("/admin/me", headers=headers)) == (401, "platform.admin-token-wrong")
    headers = await log_in(anybody, "root")
    assert (await admin.delete("/admin/administrators/root")).status_code == 204
    assert code(await anybody.get("/admin/me", headers=headers)) == (401, "platform.admin-unknown")
    refused = await anybody.post("/admin/login", json={"name": "root", "password": PASSWORD})
    assert code(refused) == (401, "platform.admin-login-wrong")


async def test_short_passwords_are_refused(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/admin/administrators", json={"name": "root", "password": "short"})
    assert code(answer) == (400, "platform.request-invalid")
    assert "short" not in answer.text.replace("at least", "")


async def test_guessing_has_to_wait(admin: httpx.AsyncClient, anybody: httpx.AsyncClient) -> None:
    await name_administrator(admin, "root")
    for number in range(10):
        answer = await anybody.post("/admin/login", json={"name": "root", "password": f"guess-{number}"})
        assert code(answer) == (401, "platform.admin-login-wrong")
    locked = await anybody.post("/admin/login", json={"name": "root", "password": PASSWORD})
    assert code(locked) == (429, "identity.too-many-failures")
    assert 0 < int(locked.headers["retry-after"]) <= 300
    assert (await anybody.get("/admin/me", auth=httpx.BasicAuth("root", PASSWORD))).status_code == 429
    await admin.post("/admin/dev/clock", json={"seconds": 300})
    await log_in(anybody, "root")


async def test_an_administrator_of_one_subaccount_sees_no_other(
    side: CloudSide, admin: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    await name_administrator(admin, "acme-admin", subaccount="acme")
    await admin.post("/admin/subaccounts/other/subscriptions", json={"provider": "acme", "application": "shop"})
    anybody.headers.update(await log_in(anybody, "acme-admin"))
    assert [one["subdomain"] for one in (await anybody.get("/admin/subaccounts")).json()] == ["acme"]
    assert (await anybody.get("/admin/subaccounts/acme/bindings")).status_code == 200
    foreign = "/admin/subaccounts/other"
    attempts = [
        ("GET", foreign, None),
        ("GET", f"{foreign}/instances", None),
        ("GET", f"{foreign}/bindings", None),
        ("GET", f"{foreign}/users", None),
        ("GET", f"{foreign}/roles", None),
        ("GET", f"{foreign}/issuers", None),
        ("GET", f"{foreign}/subscriptions", None),
        ("GET", f"/admin/subaccounts/{OTHER}/bindings", None),
        ("POST", f"{foreign}/users", {"name": "me", "password": "x"}),
        ("POST", f"{foreign}/roles", {"person": "me", "role": "Destination Viewer"}),
        ("POST", f"{foreign}/instances", {"name": "n", "service": "xsuaa"}),
        ("POST", f"{foreign}/issuers", {"issuer": "me", "jwksUri": "https://me.test/keys"}),
        ("POST", f"{foreign}/connectors/invitations", None),
        ("POST", "/admin/dev/token", {"subaccount": "other", "instance": "dest"}),
    ]
    for method, path, body in attempts:
        answer = await anybody.request(method, path, json=body)
        assert code(answer) == (404, "platform.unknown-subaccount"), path
        assert "there are: acme." in answer.json()["message"]
    limited = [
        ("POST", "/admin/subaccounts", {"subdomain": "mine"}),
        ("DELETE", "/admin/subaccounts/acme", None),
        ("POST", "/admin/subaccounts/acme/subscriptions", {"provider": "other", "application": "x"}),
        ("GET", "/admin/administrators", None),
        ("POST", "/admin/administrators", {"name": "me", "password": PASSWORD}),
        ("DELETE", "/admin/administrators/root", None),
        ("POST", "/admin/keys/rotate", None),
        ("DELETE", "/admin/keys/x", None),
        ("POST", "/admin/landscape", None),
        ("POST", "/admin/reset", None),
        ("POST", "/admin/dev/clock", {"seconds": 1}),
    ]
    for method, path, body in limited:
        assert code(await anybody.request(method, path, json=body)) == (403, "platform.admin-limited"), path
    assert len((await admin.get("/admin/subaccounts")).json()) == 2


@pytest.fixture
def idp() -> Iterator[Provider]:
    with provider() as running:
        yield running


async def test_administrators_of_an_identity_provider(tmp_path: Path, idp: Provider) -> None:
    async with cloud_side(tmp_path, TWO, admin_issuer=idp.url) as side, administrator(side) as admin:
        await name_administrator(admin, "root@their.test")
        now = 2_000_000_000
        good = {"sub": "1", "aud": "landbridge", "exp": now, "email": "root@their.test", "email_verified": True}

        async def me(**claims: Any) -> httpx.Response:
            token = idp.token(**{name: value for name, value in (good | claims).items() if value is not None})
            return await admin.get("/admin/me", headers=bearer(token))

        assert (await me()).json()["name"] == "root@their.test"
        assert (await me(email=None, preferred_username="root@their.test")).status_code == 200
        assert code(await me(email_verified=False)) == (401, "platform.admin-unknown")
        assert code(await me(email="somebody@their.test")) == (401, "platform.admin-unknown")
        assert code(await me(aud="other")) == (401, "platform.admin-jwt-refused")
        assert code(await me(exp=1)) == (401, "platform.admin-jwt-refused")
        idp.documents.clear()
        idp.rotate()
        assert code(await me()) in {(401, "platform.admin-jwt-refused"), (502, "identity.issuer-keys")}


async def test_without_a_provider_its_tokens_are_nothing(admin: httpx.AsyncClient, idp: Provider) -> None:
    await name_administrator(admin, "root")
    token = idp.token(preferred_username="root", aud="landbridge", exp=2_000_000_000)
    assert code(await admin.get("/admin/me", headers=bearer(token))) == (401, "platform.admin-jwt-refused")
    assert idp.asked == []


async def test_a_person_may_manage_connectors_and_nothing_else(
    side: CloudSide, admin: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    stranger = await mint(admin, user="alice@example.com")
    assert code(await anybody.get("/admin/connectors", headers=bearer(stranger))) == (401, "platform.admin-token-wrong")
    wish = {"person": "alice@example.com", "role": "Cloud Connector Administrator"}
    await admin.post("/admin/subaccounts/acme/roles", json=wish)
    anybody.headers.update(bearer(await mint(admin, user="alice@example.com")))
    assert (await anybody.get("/admin/connectors")).status_code == 200
    assert (await anybody.post("/admin/subaccounts/acme/connectors/invitations")).status_code == 201
    foreign = await anybody.post("/admin/subaccounts/other/connectors/invitations")
    assert code(foreign) == (404, "platform.unknown-subaccount")
    for path in ("/admin/subaccounts", "/admin/subaccounts/acme/bindings", "/admin/subaccounts/acme/users"):
        assert code(await anybody.get(path)) == (403, "platform.admin-connectors-only"), path
    assert code(await anybody.post("/admin/reset")) == (403, "platform.admin-connectors-only")
    wish = {"subaccount": "acme", "instance": "app"}
    assert code(await anybody.post("/admin/dev/token", json=wish)) == (403, "platform.admin-connectors-only")
