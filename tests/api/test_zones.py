"""The level of a subscription: one zone for the application alone, one for the subscriber's people as well (§1.1)."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.certificate_api import open_certificates
from tests.api.destination_api import BASE, Api, assert_fault, open_api
from tests.destinations.scene import OTHER

pytestmark = pytest.mark.anyio

PATH = "/instanceDestinations"
SHARED: dict[str, object] = {"$metadata": {"shared_with_subscriber": True}}
PRIVATE: dict[str, object] = {"$metadata": {"shared_with_subscriber": False}}
READ, WRITE = "app.read", "app.write"
NAMES = {"destination": "Name", "fragment": "FragmentName"}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with open_api(tmp_path) as opened:
        yield opened


@pytest.fixture
async def subscribed(api: Api) -> Api:
    """The subaccount OTHER is subscribed, and its people need scopes."""
    await api.scene.subscribe(OTHER)
    await api.scene.limit_subscribers(read=(READ,), write=(READ, WRITE))
    return api


def http(name: str, **more: object) -> dict[str, object]:
    return {"Name": name, "Type": "HTTP", "URL": "http://x.test", **more}


def names(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [item.get("Name", item.get("FragmentName")) for item in response.json()]


async def by_person(api: Api, method: str, path: str, *scopes: str, **call: Any) -> httpx.Response:
    """As somebody of the subscriber, with a token of the provider's application that has these scopes."""
    claims: dict[str, Any] = {
        "zid": OTHER, "grant_type": "authorization_code", "user_name": "eve", "scope": list(scopes),
    }  # fmt: skip
    bearer = await api.scene.bearer("app", **claims)
    headers = {"Authorization": bearer, "X-Instance-Id": await api.scene.instance_id("one")}
    return await api.client.request(method, BASE + path, headers=headers, **call)


async def test_the_application_has_both_zones(subscribed: Api) -> None:
    app = {"tenant": OTHER}
    for name, zone in (("none", {}), ("private", PRIVATE), ("shared", SHARED)):
        assert (await subscribed.post(PATH, {**http(name), **zone}, **app)).status_code == 201
    assert names(await subscribed.get(PATH, **app)) == ["none", "private", "shared"]
    for name in ("none", "private", "shared"):
        found = await subscribed.get(f"/destinations/{name}", **app)
        assert found.json()["destinationConfiguration"] == http(name), "finding looks into both, and shows no zone"
        assert (await subscribed.get(f"{PATH}/{name}", **app)).json() == http(name)
    query = {"$includeMetadata": "shared_with_subscriber"}
    listed = (await subscribed.get(PATH, params=query, **app)).json()
    zones = {item["Name"]: item["$metadata"]["shared_with_subscriber"] for item in listed}
    assert zones == {"none": False, "private": False, "shared": True}


async def test_people_of_the_subscriber_see_the_shared_zone_only(subscribed: Api) -> None:
    await subscribed.post(PATH, [http("a"), {**http("b", Password="p"), **SHARED}], tenant=OTHER)
    await subscribed.put(f"{PATH}/a/labels", [{"key": "k", "values": ["v"]}], tenant=OTHER)
    await subscribed.put(f"{PATH}/b/labels", [{"key": "k", "values": ["v"]}], tenant=OTHER)
    assert names(await by_person(subscribed, "GET", PATH, READ)) == ["b"]
    for query in (
        {"$filter": "Name in ('a','b')"},
        {"$filter": "Label['k'] HAS ('v')"},
        {"$select": "Name"},
        {"$page": "1"},
    ):
        assert names(await by_person(subscribed, "GET", PATH, READ, params=query)) == ["b"], query
    counted = await by_person(subscribed, "GET", PATH, READ, params={"$page": "1", "$entityCount": "true"})
    assert counted.headers["Entity-Count"] == "1"
    shown = (await by_person(subscribed, "GET", f"{PATH}/b", READ)).json()
    assert shown == http("b"), "who may only read sees no secrets"
    assert (await by_person(subscribed, "GET", f"{PATH}/b", READ, WRITE)).json() == http("b", Password="p")
    both = (READ, WRITE)
    for method, path, call in (
        ("GET", f"{PATH}/a", {}),
        ("PUT", PATH, {"json": http("a", x="1")}),
        ("DELETE", f"{PATH}/a", {}),
        ("GET", f"{PATH}/a/labels", {}),
        ("PUT", f"{PATH}/a/labels", {"json": []}),
    ):
        response = await by_person(subscribed, method, path, *both, **call)
        assert_fault(response, 404, "destination.not-found")
    summary = await by_person(subscribed, "DELETE", PATH, *both, params={"$filter": "Name in ('a','b')"})
    assert [entry["status"] for entry in summary.json()["Summary"]] == ["NOT_FOUND", "DELETED"]
    assert names(await subscribed.get(PATH, tenant=OTHER)) == ["a"]


async def test_what_people_make_is_shared(subscribed: Api) -> None:
    for zone in ({}, PRIVATE, SHARED):
        response = await by_person(subscribed, "POST", PATH, READ, WRITE, json={**http("mine"), **zone})
        assert response.status_code == 201
        assert names(await by_person(subscribed, "GET", PATH, READ)) == ["mine"]
        assert (await subscribed.get("/destinations/mine", tenant=OTHER)).status_code == 200, "for the application"
        assert (await by_person(subscribed, "DELETE", f"{PATH}/mine", READ, WRITE)).json() == {"Count": 1}


async def test_a_name_is_in_one_zone_only(subscribed: Api) -> None:
    await subscribed.post(PATH, http("a"), tenant=OTHER)
    assert_fault(await subscribed.post(PATH, {**http("a"), **SHARED}, tenant=OTHER), 409, "destination.exists")
    refused = await by_person(subscribed, "POST", PATH, READ, WRITE, json=http("a"))
    assert_fault(refused, 409, "destination.exists")


async def test_a_change_keeps_the_zone_unless_it_names_one(subscribed: Api) -> None:
    async def seen() -> list[str]:
        return names(await by_person(subscribed, "GET", PATH, READ))

    await subscribed.post(PATH, {**http("a"), **SHARED}, tenant=OTHER)
    await subscribed.put(PATH, http("a", x="1"), tenant=OTHER)
    assert await seen() == ["a"]
    await subscribed.put(PATH, {**http("a", x="1"), **PRIVATE}, tenant=OTHER)
    assert await seen() == []
    await subscribed.put(PATH, [{**http("a", x="1"), **SHARED}], tenant=OTHER)
    assert await seen() == ["a"]


async def test_zones_are_on_the_level_of_a_subscription_only(subscribed: Api) -> None:
    query = {"$includeMetadata": "shared_with_subscriber"}
    for path, tenant in ((PATH, {}), ("/subaccountDestinations", {}), ("/subaccountDestinations", {"tenant": OTHER})):
        assert (await subscribed.post(path, {**http("a"), **SHARED}, **tenant)).status_code == 201
        (item,) = (await subscribed.get(path, params=query, **tenant)).json()
        assert item["$metadata"] == {"shared_with_subscriber": False}


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"shared_with_subscriber": "yes"}, "$metadata.shared_with_subscriber"),
        ({"shared_with_subscriber": 1}, "$metadata.shared_with_subscriber"),
        ("shared", "$metadata"),
        ([], "$metadata"),
    ],
)
async def test_metadata_that_says_nothing(subscribed: Api, metadata: object, field: str) -> None:
    for path, entity in ((PATH, http("a")), ("/instanceDestinationFragments", {"FragmentName": "a"})):
        response = await subscribed.post(path, {**entity, "$metadata": metadata}, tenant=OTHER)
        body = assert_fault(response, 400, "destination.content-invalid")
        assert field in body["message"]


async def test_what_people_of_subscribers_may_is_the_providers_choice(subscribed: Api) -> None:
    async def status(method: str, *scopes: str) -> int:
        body = {"json": http("D")} if method == "POST" else {}
        return (await by_person(subscribed, method, PATH, *scopes, **body)).status_code

    body = assert_fault(await by_person(subscribed, "GET", PATH), 403, "destination.subscriber-access")
    assert READ in body["message"]
    assert await status("GET", READ) == 200
    assert await status("POST", READ) == await status("POST", WRITE) == 403, "all scopes of the list"
    assert await status("POST", READ, WRITE) == 201
    for path in ("/instanceDestinationFragments", f"{PATH}/D/labels"):
        assert (await by_person(subscribed, "GET", path)).status_code == 403
        assert (await by_person(subscribed, "GET", path, READ)).status_code == 200
    app = await subscribed.get(PATH, tenant=OTHER)
    assert names(app) == ["D"], "the application needs none of these scopes"


async def test_without_scopes_nobody_of_the_subscriber_gets_in(api: Api) -> None:
    await api.scene.subscribe(OTHER)
    refused = await by_person(api, "GET", PATH, READ, WRITE)
    assert_fault(refused, 403, "destination.subscriber-closed")
    await api.scene.limit_subscribers(read=(READ,))
    assert (await by_person(api, "GET", PATH, READ)).status_code == 200
    refused = await by_person(api, "POST", PATH, READ, WRITE, json=http("a"))
    assert_fault(refused, 403, "destination.subscriber-closed")


async def test_who_is_not_subscribed_does_not_learn_of_the_instance(api: Api) -> None:
    await api.scene.limit_subscribers(read=(READ,))
    assert_fault(await by_person(api, "GET", PATH, READ), 400, "destination.instance-unnamed")


async def test_fragments_have_zones_too(subscribed: Api) -> None:
    path = "/instanceDestinationFragments"
    await subscribed.post(path, {"FragmentName": "f"}, tenant=OTHER)
    await subscribed.post(path, {"FragmentName": "g", **SHARED}, tenant=OTHER)
    assert names(await by_person(subscribed, "GET", path, READ)) == ["g"]
    assert_fault(await by_person(subscribed, "GET", f"{path}/f", READ), 404, "destination.fragment-not-found")


async def test_certificates_have_zones_and_scopes_of_their_own(tmp_path: Path) -> None:
    path = "/instanceCertificates"
    async with open_certificates(tmp_path) as api:
        await api.scene.subscribe(OTHER)
        assert api.authority is not None
        content = base64.b64encode(api.authority.ca_pem.encode()).decode()
        for name, zone in (("a.pem", {}), ("b.pem", SHARED)):
            body = {"Name": name, "Content": content, **zone}
            assert (await api.post(path, body, tenant=OTHER)).status_code == 201
        wish = {"Name": "c.pem", "Attributes": {}, **SHARED}
        assert (await api.post(path, wish, tenant=OTHER)).status_code == 201
        await api.scene.limit_subscribers(read=("x",))
        assert_fault(await by_person(api, "GET", path, "x"), 403, "destination.subscriber-closed")
        await api.scene.limit_subscribers(certificates=(READ,))
        assert names(await by_person(api, "GET", path, READ)) == ["b.pem", "c.pem"]
        for one in (f"{path}/a.pem", f"{path}/a.pem/publicKeys"):
            assert_fault(await by_person(api, "GET", one, READ), 404, "certificate.not-found")
        assert (await by_person(api, "GET", f"{path}/b.pem/publicKeys", READ)).status_code == 200
