from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from landbridge.api.destination_answers import URI_LIMIT
from tests.api.destination_api import BASE, NOT_FOUND, Api, assert_fault, open_api
from tests.destinations.scene import ACME, NOW

pytestmark = pytest.mark.anyio


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with open_api(tmp_path) as opened:
        yield opened


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
    assert_fault(await api.get("/destinations/D", {"X-chain-name": "c"}), 400, "destination.chain-unknown")
    fragment = {"X-fragment-name": "f"}
    body = assert_fault(await api.get("/destinations/D", fragment), 404, "destination.fragment-not-found")
    assert body["ErrorMessage"] == "The fragment with the specified name 'f' was not found"
    assert (await api.get("/destinations/D", {**fragment, "X-fragment-optional": "true"})).status_code == 200


async def test_a_fragment_header_that_is_sent_twice(api: Api) -> None:
    await api.scene.put({})
    headers = [("Authorization", await api.scene.bearer()), ("X-fragment-name", "a"), ("x-fragment-name", "b")]
    response = await api.client.get(f"{BASE}/destinations/D", headers=headers)
    assert_fault(response, 400, "destination.request-invalid")


async def test_a_client_assertion_comes_from_one_place(api: Api) -> None:
    headers = {"X-client-assertion": "a", "x-client-assertion-destination-name": "P"}
    body = assert_fault(await api.get("/destinations/D", headers), 400, "destination.header-mix")
    assert body["ErrorMessage"].startswith("Cannot mix header")


async def test_a_chain_says_which_variable_is_missing(api: Api) -> None:
    headers = {"X-chain-name": "com.sap.sequentialUserPropagation", "X-chain-var-userToken": "t"}
    body = assert_fault(await api.get("/destinations/D", headers), 400, "destination.chain-variable-missing")
    assert "tokenTransformationDestinationName" in body["message"]


async def test_a_fragment_name_in_utf8(api: Api) -> None:
    await api.scene.put({})
    await api.scene.put_fragment({"FragmentName": "Ärger", "x": "1"})
    bearer = await api.scene.bearer()
    headers = [(b"Authorization", bearer.encode()), (b"X-fragment-name", "Ärger".encode())]
    response = await api.client.get(f"{BASE}/destinations/D", headers=headers)
    assert response.json()["destinationConfiguration"]["FragmentName"] == "Ärger"


@pytest.mark.parametrize(
    ("query", "headers"), [("?$trail", {}), ("?%24trail=", {}), ("", {"X-Landbridge-Trail": "true"})]
)
async def test_the_trail_is_shown_on_request(api: Api, query: str, headers: dict[str, str]) -> None:
    await api.scene.put({})
    for path, status in (("/destinations/D", 200), ("/destinations/d", 404)):
        response = await api.get(path + query, headers)
        assert response.status_code == status
        trail = response.headers["x-landbridge-lookup-trail"]
        assert f"at subaccount {ACME}" in trail
        assert trail.index("at instance") < trail.index("at subaccount")
    assert "differs in case: D" in trail
    assert "x-landbridge-lookup-trail" not in (await api.get("/destinations/D")).headers


async def test_the_second_version(api: Api) -> None:
    etag = await api.scene.put({"User": "u", "Password": "p", "Authentication": "BasicAuthentication"})
    path = "/destination-configuration/v2/destinations/D"
    body = assert_fault(await api.get(path), 404, "destination.not-found")
    assert body["ErrorMessage"] == NOT_FOUND
    response = await api.get(f"{path}@subaccount")
    assert response.headers["etag"] == etag
    assert response.json().keys() == {"destinationConfiguration", "authTokens"}
    for option in ("$includeMetadata=owner", "includeMetadata=owner", "%24includeMetadata=owner"):
        body = (await api.get(f"{path}%40subaccount?{option}")).json()
        owners = body["destinationConfiguration"]["$metadata"]["owner"]
        assert owners["destinations"] == [{"Name": "D", "SubaccountId": ACME, "InstanceId": None}]
    assert_fault(await api.get(f"{path}@nowhere"), 400, "destination.level-unknown")


@pytest.mark.parametrize("header", ["x-correlationid", "X-CorrelationID", "X-Vcap-Request-Id"])
@pytest.mark.parametrize("path", ["/destinations/D", "/destinations/NO", "/subaccountDestinations"])
async def test_correlation_ids_come_back(api: Api, header: str, path: str) -> None:
    await api.scene.put({})
    response = await api.get(path, {header: "abc-1"})
    assert response.headers[header] == "abc-1"
    assert response.headers["x-request-id"] == "abc-1"


async def test_a_uri_that_is_too_long(api: Api) -> None:
    await api.scene.put({})
    fits = URI_LIMIT - len(f"{BASE}/destinations/D?x=")
    assert (await api.get(f"/destinations/D?x={'a' * fits}")).status_code == 200
    assert_fault(await api.get(f"/destinations/D?x={'a' * (fits + 1)}"), 414, "destination.uri-too-long")


async def test_find_and_list_show_the_same_properties(api: Api) -> None:
    """A client compares every property of the two and fetches again for ever when they differ."""
    await api.scene.put({"Password": "p", "x": "ü", "sap-client": 100, "TrustAll": True})
    (listed,) = (await api.get("/subaccountDestinations")).json()
    found = (await api.get("/destinations/D")).json()["destinationConfiguration"]
    assert listed == found
    assert all(isinstance(value, str) for value in found.values())
