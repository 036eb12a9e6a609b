from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from landbridge.api.app import create_app
from landbridge.api.destinations import URI_LIMIT, router
from tests.destinations.scene import ACME, NOW, Scene, open_scene

pytestmark = pytest.mark.anyio

BASE = "/destination-configuration/v1"
NOT_FOUND = "Configuration with the specified name was not found"


@dataclass
class Api:
    """The API in process, called with a token of the instance 'one' unless said otherwise."""

    scene: Scene
    client: httpx.AsyncClient

    async def get(self, path: str, headers: dict[str, str] | None = None, instance: str = "one") -> httpx.Response:
        given = {"Authorization": await self.scene.bearer(instance), **(headers or {})}
        return await self.client.get(BASE + path, headers=given)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async def nothing(*_: object) -> list[str]:
        return []

    async with open_scene(tmp_path) as scene:
        app = create_app([router(scene.service())], nothing, [], body_limit=1000)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            yield Api(scene, client)


def assert_fault(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["x-internal-error-code"] == code
    assert response.headers["x-error-origin"] == "caller"
    assert response.headers["x-error-message"]
    assert response.headers["x-request-id"]
    body: dict[str, Any] = response.json()
    assert body["code"] == code
    assert body["action"].endswith(".")
    return body


async def test_find(api: Api) -> None:
    etag = await api.scene.put({"Authentication": "BasicAuthentication", "User": "u", "Password": "pä"})
    response = await api.get("/destinations/D")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["etag"] == etag
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "owner": {"SubaccountId": ACME, "InstanceId": None},
        "destinationConfiguration": {
            "Name": "D",
            "Type": "HTTP",
            "URL": "http://x.test",
            "Authentication": "BasicAuthentication",
            "User": "u",
            "Password": "pä",
        },
        "authTokens": [
            {"type": "Basic", "value": "dTpww6Q=", "http_header": {"key": "Authorization", "value": "Basic dTpww6Q="}}
        ],
    }


@pytest.mark.parametrize("query", ["$skipTokenRetrieval=true", "%24skipTokenRetrieval=TRUE"])
async def test_options_arrive_encoded_or_not(api: Api, query: str) -> None:
    await api.scene.put({"Authentication": "BasicAuthentication", "User": "u", "Password": "p"})
    body = (await api.get(f"/destinations/D?{query}")).json()
    assert "authTokens" not in body
    assert body["destinationConfiguration"]["Password"] == "p"


@pytest.mark.parametrize(
    "query", ["skipTokenRetrieval=true", "$skipTokenRetrieval=1", "$skipTokenRetrieval", "$x=true"]
)
async def test_other_options_are_ignored(api: Api, query: str) -> None:
    await api.scene.put({"Authentication": "BasicAuthentication", "User": "u", "Password": "p"})
    assert "authTokens" in (await api.get(f"/destinations/D?{query}")).json()


async def test_secrets_are_left_out_on_request(api: Api) -> None:
    await api.scene.put({"User": "u", "Password": "p"})
    body = (await api.get("/destinations/D?$skipCredentials=true")).json()
    assert "Password" not in body["destinationConfiguration"]
    assert body["destinationConfiguration"]["User"] == "u"


@pytest.mark.parametrize("name", ["Ä b!'%", "100%25", "a.b-c_d"])
async def test_names_are_decoded_once(api: Api, name: str) -> None:
    await api.scene.put({"Name": name})
    encoded = "".join(f"%{byte:02X}" for byte in name.encode())
    response = await api.get(f"/destinations/{encoded}")
    assert response.json()["destinationConfiguration"]["Name"] == name


@pytest.mark.parametrize("path", ["/destinations/NO", "/destinations/", "/destinations/a/b", "/destinations/a%2Fb"])
@pytest.mark.parametrize("prefix", ["/destinations", "/instanceDestinations", "/subaccountDestinations"])
async def test_a_missing_destination(api: Api, path: str, prefix: str) -> None:
    response = await api.get(path.replace("/destinations", prefix))
    assert assert_fault(response, 404, "destination.not-found")["ErrorMessage"] == NOT_FOUND


async def test_no_token(api: Api) -> None:
    response = await api.client.get(f"{BASE}/destinations/D")
    assert_fault(response, 401, "destination.authorization-missing")
    assert response.headers["www-authenticate"] == "Bearer"


async def test_an_expired_token(api: Api) -> None:
    expired = f"Bearer {await api.scene.token(exp=NOW - 100)}"
    response = await api.get("/destinations/D", {"Authorization": expired})
    assert_fault(response, 401, "destination.token-expired")
    assert response.headers["www-authenticate"] == "Bearer"


async def test_a_token_that_cannot_be_parsed(api: Api) -> None:
    response = await api.get("/destinations/D", {"Authorization": "Bearer x.y.z"})
    body = assert_fault(response, 400, "destination.token-unreadable")
    assert body["ErrorMessage"] == "Unable to parse the JWT in Authorization Header."


@pytest.mark.parametrize("path", ["/destinations/D", "/instanceDestinations", "/subaccountDestinations/D"])
async def test_a_token_of_another_service(api: Api, path: str) -> None:
    await api.scene.put({})
    assert_fault(await api.get(path, instance="conn"), 403, "destination.wrong-client")


async def test_not_modified(api: Api) -> None:
    etag = await api.scene.put({})
    response = await api.get("/destinations/D", {"If-None-Match": etag})
    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", etag)
    assert "x-error-origin" not in response.headers


@pytest.mark.parametrize("path", ["/destinations/D", "/subaccountDestinations/D"])
async def test_a_precondition_that_does_not_hold(api: Api, path: str) -> None:
    etag = await api.scene.put({})
    response = await api.get(path, {"If-Match": '"other"'})
    assert (response.status_code, response.content, response.headers["etag"]) == (412, b"", etag)
    assert response.headers["x-internal-error-code"] == "destination.precondition-failed"


async def test_headers_are_translated(api: Api) -> None:
    await api.scene.put({})
    both = {"X-user-token": "x", "x-tenant": "t"}
    assert_fault(await api.get("/destinations/D", both), 400, "destination.request-invalid")
    assert (await api.get("/destinations/D", {"X-user-token": "", "x-tenant": "t"})).status_code == 200
    assert_fault(await api.get("/destinations/D", {"X-chain-name": "c"}), 400, "destination.chain-unsupported")
    fragment = {"X-fragment-name": "f"}
    body = assert_fault(await api.get("/destinations/D", fragment), 404, "destination.fragment-not-found")
    assert body["ErrorMessage"] == "The fragment with the specified name 'f' was not found"
    assert (await api.get("/destinations/D", {**fragment, "X-fragment-optional": "true"})).status_code == 200


async def test_a_fragment_header_that_is_sent_twice(api: Api) -> None:
    await api.scene.put({})
    headers = [("Authorization", await api.scene.bearer()), ("X-fragment-name", "a"), ("x-fragment-name", "b")]
    response = await api.client.get(f"{BASE}/destinations/D", headers=headers)
    assert_fault(response, 400, "destination.request-invalid")


@pytest.mark.parametrize("header", ["X-Client-Assertion", "X-Client-Assertion-Destination-Name"])
async def test_a_client_assertion_is_an_error_of_the_token(api: Api, header: str) -> None:
    await api.scene.put(
        {"Authentication": "OAuth2ClientCredentials", "clientId": "c", "tokenServiceURL": "http://x.test"}
    )
    (entry,) = (await api.get("/destinations/D", {header: "a"})).json()["authTokens"]
    assert entry["code"] == "destination.feature-unsupported"


@pytest.mark.parametrize("header", ["x-correlationid", "X-CorrelationID", "X-Vcap-Request-Id"])
@pytest.mark.parametrize("path", ["/destinations/D", "/destinations/NO", "/subaccountDestinations"])
async def test_correlation_ids_come_back(api: Api, header: str, path: str) -> None:
    await api.scene.put({})
    response = await api.get(path, {header: "abc-1"})
    assert response.headers[header] == "abc-1"
    assert response.headers["x-request-id"] == "abc-1"


async def test_a_uri_that_is_too_long(api: Api) -> None:
    await api.scene.put({})
    fits = URI_LIMIT - len(f"{BASE}/destinations/D") - len("x=")
    assert (await api.get(f"/destinations/D?x={'a' * fits}")).status_code == 200
    assert_fault(await api.get(f"/destinations/D?x={'a' * (fits + 1)}"), 414, "destination.uri-too-long")


async def test_lists_of_both_levels(api: Api) -> None:
    await api.scene.put({"Name": "B", "Password": "p"})
    await api.scene.put({"Name": "A"})
    await api.scene.put({"Name": "C"}, instance="one")
    await api.scene.put({"Name": "D"}, instance="two")
    first, second = [(await api.get(f"/{level}Destinations")).json() for level in ("subaccount", "instance")]
    assert [item["Name"] for item in first] == ["A", "B"]
    assert first[1] == {"Name": "B", "Type": "HTTP", "URL": "http://x.test", "Password": "p"}
    assert [item["Name"] for item in second] == ["C"]


async def test_an_empty_list(api: Api) -> None:
    response = await api.get("/instanceDestinations")
    assert (response.status_code, response.json()) == (200, [])


@pytest.mark.parametrize("option", ["$filter=startswith(Name,'a')", "$select=Name", "$page=1", "%24pageSize=5"])
async def test_options_that_narrow_a_list_are_not_ignored(api: Api, option: str) -> None:
    assert_fault(await api.get(f"/subaccountDestinations?{option}"), 400, "destination.option-unsupported")


async def test_one_destination_of_a_level_is_not_wrapped(api: Api) -> None:
    etag = await api.scene.put({"at": "subaccount"})
    await api.scene.put({"at": "instance"}, instance="one")
    response = await api.get("/subaccountDestinations/D")
    assert response.json() == {"Name": "D", "Type": "HTTP", "URL": "http://x.test", "at": "subaccount"}
    assert response.headers["etag"] == etag
    assert (await api.get("/instanceDestinations/D")).json()["at"] == "instance"
    assert (await api.get("/subaccountDestinations/D", {"If-None-Match": etag})).status_code == 304


async def test_find_and_list_show_the_same_properties(api: Api) -> None:
    """A client compares every property of the two and fetches again for ever when they differ."""
    await api.scene.put({"Password": "p", "x": "ü", "sap-client": 100, "TrustAll": True})
    (listed,) = (await api.get("/subaccountDestinations")).json()
    found = (await api.get("/destinations/D")).json()["destinationConfiguration"]
    assert listed == found
    assert all(isinstance(value, str) for value in found.values())


async def test_writing_is_not_offered_yet(api: Api) -> None:
    response = await api.client.post(f"{BASE}/subaccountDestinations", json={})
    assert response.status_code == 405
    assert response.headers["x-internal-error-code"] == "platform.method-not-allowed"
