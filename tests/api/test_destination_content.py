"""Reading and writing the destinations of a level (destination-service §2.4)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from landbridge.destinations.reading import CHUNK
from landbridge.model.destination import destination
from landbridge.store import DestinationRepository
from tests.api.destination_api import BODY_LIMIT, NOT_FOUND, Api, assert_fault, open_api
from tests.destinations.scene import ACME, NOW, OTHER

pytestmark = pytest.mark.anyio

LEVELS = pytest.mark.parametrize("path", ["/subaccountDestinations", "/instanceDestinations"])
SUBACCOUNT = "/subaccountDestinations"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with open_api(tmp_path) as opened:
        yield opened


def http(name: str, **more: object) -> dict[str, object]:
    return {"Name": name, "Type": "HTTP", "URL": "http://x.test", **more}


def names(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [item["Name"] for item in response.json()]


async def created(api: Api, *given: str, path: str = SUBACCOUNT) -> None:
    response = await api.post(path, [http(name) for name in given])
    assert response.status_code == 201, response.text


async def filtered(api: Api, filter_: str, **more: str) -> httpx.Response:
    return await api.get(SUBACCOUNT, params={"$filter": filter_, **more})


@LEVELS
async def test_one_is_created_read_replaced_and_deleted(api: Api, path: str) -> None:
    response = await api.post(path, http("D", a="1", **{"sap-client": 100, "TrustAll": True, "rate": 1.10}))
    assert (response.status_code, response.content) == (201, b"")
    read = await api.get(f"{path}/D")
    texts = {"a": "1", "sap-client": "100", "TrustAll": "true", "rate": "1.1"}
    assert read.json() == http("D", **texts)
    replaced = await api.put(path, http("D", b="2"))
    assert (replaced.status_code, replaced.json()) == (200, {"Count": 1})
    again = await api.get(f"{path}/D")
    assert again.json() == http("D", b="2"), "nothing is merged"
    assert again.headers["etag"] != read.headers["etag"]
    gone = await api.delete(f"{path}/D")
    assert (gone.status_code, gone.json()) == (200, {"Count": 1})
    assert assert_fault(await api.get(f"{path}/D"), 404, "destination.not-found")["ErrorMessage"] == NOT_FOUND
    assert assert_fault(await api.delete(f"{path}/D"), 404, "destination.not-found")["ErrorMessage"] == NOT_FOUND


async def test_numbers_are_kept_as_they_are_written(api: Api) -> None:
    body = b'{"Name":"D","Type":"RFC","a":1.10,"b":1e400,"c":123456789012345678901234567890,"d":-0.0}'
    assert (await api.call("POST", SUBACCOUNT, content=body)).status_code == 201
    assert (await api.get(f"{SUBACCOUNT}/D")).json() == {
        "Name": "D",
        "Type": "RFC",
        "a": "1.10",
        "b": "1e400",
        "c": "123456789012345678901234567890",
        "d": "-0.0",
    }


@LEVELS
async def test_a_name_that_is_taken(api: Api, path: str) -> None:
    await created(api, "D", path=path)
    body = assert_fault(await api.post(path, http("D", a="2")), 409, "destination.exists")
    assert body["ErrorMessage"] == "Duplicate key"
    assert "a" not in (await api.get(f"{path}/D")).json()
    assert (await api.post(path, http("d"))).status_code == 201, "case matters"


async def test_replacing_what_is_not_there(api: Api) -> None:
    body = assert_fault(await api.put(SUBACCOUNT, http("D")), 404, "destination.not-found")
    assert body["ErrorMessage"] == NOT_FOUND
    assert names(await api.get(SUBACCOUNT)) == []


async def test_many_are_created(api: Api) -> None:
    response = await api.post(SUBACCOUNT, [http("b"), http("a")])
    assert response.status_code == 201
    etags = {name: (await api.get(f"{SUBACCOUNT}/{name}")).headers["etag"] for name in "ab"}
    assert response.json() == [
        {"name": "b", "status": 201, "etag": etags["b"]},
        {"name": "a", "status": 201, "etag": etags["a"]},
    ]
    assert names(await api.get(SUBACCOUNT)) == ["a", "b"]


async def test_many_are_created_as_far_as_their_names_are_free(api: Api) -> None:
    await created(api, "b")
    response = await api.post(SUBACCOUNT, [http("a"), http("b", x="2"), http("a", x="3"), http("c")])
    assert response.status_code == 207
    assert [(item["name"], item["status"], item.get("cause")) for item in response.json()] == [
        ("a", 201, None),
        ("b", 409, "Duplicate key"),
        ("a", 409, "Duplicate key"),
        ("c", 201, None),
    ]
    assert names(await api.get(SUBACCOUNT)) == ["a", "b", "c"]
    assert "x" not in (await api.get(f"{SUBACCOUNT}/a")).json()


async def test_many_are_replaced_as_far_as_they_are_there(api: Api) -> None:
    await created(api, "a", "b")
    whole = await api.put(SUBACCOUNT, [http("a", x="1"), http("b")])
    assert (whole.status_code, [item["status"] for item in whole.json()]) == (200, [200, 200])
    part = await api.put(SUBACCOUNT, [http("a", x="2"), http("z")])
    assert part.status_code == 207
    first, second = part.json()
    assert (first["status"], first["etag"]) == (200, (await api.get(f"{SUBACCOUNT}/a")).headers["etag"])
    assert (second["name"], second["status"], second["cause"]) == ("z", 404, NOT_FOUND)


async def test_an_empty_list_is_a_list(api: Api) -> None:
    for response in (await api.post(SUBACCOUNT, []), await api.put(SUBACCOUNT, [])):
        assert response.json() == []
        assert response.is_success


async def test_one_that_is_wrong_keeps_all_of_its_request_out(api: Api) -> None:
    body = assert_fault(await api.post(SUBACCOUNT, [http("a"), {"Name": "b"}]), 400, "destination.content-invalid")
    assert "destination 2" in body["message"]
    assert names(await api.get(SUBACCOUNT)) == []


async def test_more_than_one_transaction_takes(api: Api) -> None:
    many = [f"n{number:03}" for number in range(250)]
    await created(api, *many)
    assert names(await api.get(SUBACCOUNT)) == many


@pytest.mark.parametrize(
    ("properties", "property_"),
    [
        ({}, "Name"),
        ({"Name": "", "Type": "HTTP"}, "Name"),
        (http("x" * 201), "Name"),
        (http("a/b"), "Name"),
        (http("a,b"), "Name"),
        (http("a@b"), "Name"),
        (http("a\nb"), "Name"),
        (http("a\0b"), "Name"),
        ({"Name": None, "Type": "HTTP"}, "Name"),
        ({"Name": "D"}, "Type"),
        ({"Name": "D", "Type": "FTP"}, "Type"),
        ({"Name": "D", "Type": "HTTP"}, "URL"),
        ({"Name": "D", "Type": "HTTP", "URL": "nonsense"}, "URL"),
        (http("D", x=None), "x"),
        (http("D", x={}), "x"),
        (http("D", x=["a"]), "x"),
    ],
)
async def test_what_is_no_destination(api: Api, properties: dict[str, object], property_: str) -> None:
    for response in (await api.post(SUBACCOUNT, properties), await api.put(SUBACCOUNT, properties)):
        body = assert_fault(response, 400, "destination.content-invalid")
        assert f"'{property_}'" in body["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b'"text"',
        b"1",
        b"[1]",
        b'[{"Name":"a","Type":"RFC"},null]',
        b"\xff",
        b'{"Name":"\xff"}',
        b'{"Name":"a","Type":"RFC","x":"\\ud800"}',
        b'{"Name":"a","Type":"RFC","x":NaN}',
        b'{"Name":"a","Type":"RFC","x":' + b"9" * 5000 + b"}",
        b"[" * 90_000,
        b'{"a":' * 15_000,
        b"Name=a&Type=RFC",
    ],
    ids=lambda body: repr(body[:30]),
)
async def test_a_body_that_is_no_json_of_this_kind(api: Api, body: bytes) -> None:
    for method in ("POST", "PUT"):
        assert_fault(await api.call(method, SUBACCOUNT, content=body), 400, "destination.body-invalid")
    assert names(await api.get(SUBACCOUNT)) == []


async def test_a_body_that_is_too_large_is_not_read(api: Api) -> None:
    big = http("D", x="a" * BODY_LIMIT)
    assert_fault(await api.post(SUBACCOUNT, big), 413, "platform.body-too-large")


async def test_who_asks_is_looked_at_before_what_is_sent(api: Api) -> None:
    response = await api.client.post(f"/destination-configuration/v1{SUBACCOUNT}", content=b"{")
    assert_fault(response, 401, "destination.authorization-missing")
    assert_fault(await api.call("POST", SUBACCOUNT, instance="conn", content=b"{"), 403, "destination.wrong-client")


@pytest.mark.parametrize(
    "name", ["it's", "100%", "a b!", "%41", "Ä€🙂", "a;b", "a?b#c", "..", "labels", "x" * 200, "a+b", "'"]
)
async def test_names_of_all_kinds(api: Api, name: str) -> None:
    await created(api, name, "other")
    encoded = "".join(f"%{byte:02X}" for byte in name.encode())
    assert (await api.get(f"{SUBACCOUNT}/{encoded}")).json() == http(name)
    assert (await api.get(f"/destinations/{encoded}")).json()["destinationConfiguration"] == http(name)
    twice = encoded.replace("%", "%25")
    assert names(await api.get(f"{SUBACCOUNT}?$filter=Name%20in%20('{twice}')")) == [name]
    assert (await api.put(SUBACCOUNT, http(name, x="1"))).json() == {"Count": 1}
    removed = await api.call("DELETE", f"{SUBACCOUNT}?$filter=Name in ('{twice}')")
    assert removed.json()["Summary"] == [{"name": name, "status": "DELETED"}]
    assert names(await api.get(SUBACCOUNT)) == ["other"]


async def test_a_name_that_other_tools_do_not_take_is_noted(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    await created(api, "usual_Name-1", "it's unusual")
    noted = [record for record in caplog.records if record.message == "unusual name"]
    assert [vars(record)["name_given"] for record in noted] == ["it's unusual"]


async def test_metadata_of_a_body_is_taken_but_is_no_property(api: Api) -> None:
    shared = {"$metadata": {"shared_with_subscriber": True}}
    assert (await api.post(SUBACCOUNT, {**http("D"), **shared})).status_code == 201
    assert (await api.put(SUBACCOUNT, {**http("D"), **shared})).status_code == 200
    assert (await api.get(f"{SUBACCOUNT}/D")).json() == http("D")


async def test_many_are_deleted_by_name(api: Api) -> None:
    await created(api, "a", "b", "c")
    response = await api.delete(SUBACCOUNT, params={"$filter": "Name in ('a','z','c','a')"})
    assert (response.status_code, response.json()) == (
        200,
        {
            "Count": 2,
            "Summary": [
                {"name": "a", "status": "DELETED"},
                {"name": "z", "status": "NOT_FOUND", "reason": "Could not find configuration"},
                {"name": "c", "status": "DELETED"},
            ],
        },
    )
    assert names(await api.get(SUBACCOUNT)) == ["b"]


async def test_deleting_without_saying_what(api: Api) -> None:
    await created(api, "a")
    assert_fault(await api.delete(SUBACCOUNT), 400, "destination.filter-missing")
    everything = {"$filter": "startswith(Name,'')"}
    assert_fault(await api.delete(SUBACCOUNT, params=everything), 400, "destination.filter-invalid")
    assert names(await api.get(SUBACCOUNT)) == ["a"]


@LEVELS
async def test_a_destination_in_use_as_assertion_provider_stays(api: Api, path: str) -> None:
    provider = http("P", **{"clientAssertion.type": "urn:x"})
    consumer = http("C", **{"clientAssertion.destinationName": "P"})
    assert (await api.post(path, [provider, consumer, http("free")])).status_code == 201
    text = (
        "Cannot perform operation on the destination 'P' because it is used as an assertion provider for "
        "destination 'C'"
    )
    for response in (await api.delete(f"{path}/P"), await api.put(path, {**provider, "x": "1"})):
        assert assert_fault(response, 400, "destination.in-use")["ErrorMessage"] == text
    assert (await api.put(path, provider)).status_code == 200, "nothing changes, so nothing is refused"
    bulk = await api.put(path, [{**provider, "x": "1"}, http("free", x="1")])
    assert [item["status"] for item in bulk.json()] == [400, 200]
    assert (bulk.status_code, bulk.json()[0]["cause"]) == (207, text)
    response = await api.delete(path, params={"$filter": "Name in ('free','P')"})
    body = assert_fault(response, 400, "destination.removal-refused")
    assert body["ErrorMessage"] == 'Unable to remove Configurations "[P]".'
    assert names(await api.get(path)) == ["C", "P", "free"], "all or none"
    together = await api.delete(path, params={"$filter": "Name in ('P','C')"})
    assert [entry["status"] for entry in together.json()["Summary"]] == ["DELETED", "DELETED"]


async def test_conditions_of_reading(api: Api) -> None:
    await created(api, "D")
    etag = (await api.get(f"{SUBACCOUNT}/D")).headers["etag"]
    for given in (etag, f'"{etag}"', f'W/"{etag}"'):
        response = await api.get(f"{SUBACCOUNT}/D", {"If-None-Match": given})
        assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", etag)
    response = await api.get(f"{SUBACCOUNT}/D", {"If-Match": "other"})
    assert (response.status_code, response.content, response.headers["etag"]) == (412, b"", etag)


async def test_filters(api: Api) -> None:
    await created(api, "apple", "apricot", "banana", "it's")
    assert names(await filtered(api, "Name in ('banana','nope','apple')")) == ["banana", "apple"]
    assert names(await filtered(api, "startswith(Name,'ap')")) == ["apple", "apricot"]
    assert names(await filtered(api, "endswith(Name,'''s')")) == ["it's"]
    assert names(await filtered(api, "startswith(Name,'%')")) == [], "no wildcards"
    assert names(await filtered(api, "startswith(Name,'A')")) == []
    assert (await filtered(api, "Name in ('apple')")).json() == [http("apple")]
    assert_fault(await filtered(api, "Name eq 'apple'"), 400, "destination.filter-invalid")


async def test_what_changed_lately(api: Api) -> None:
    clock = api.scene.clock
    clock.now = NOW - 3600
    await created(api, "old", "changed", "same")
    clock.now = NOW
    await created(api, "new")
    await api.put(SUBACCOUNT, [http("changed", x="1"), http("same")])
    assert names(await filtered(api, "modifiedwithin('30','minutes')")) == ["changed", "new"]
    assert len(names(await filtered(api, "modifiedwithin('60','minutes')"))) == 4


async def test_metadata_on_request(api: Api) -> None:
    await created(api, "D")
    etag = (await api.get(f"{SUBACCOUNT}/D")).headers["etag"]
    both = {"modification_time": str(int(NOW * 1000)), "etag": etag}
    for option, expected in (
        ("etag", {"etag": etag}),
        ("modification_time", {"modification_time": both["modification_time"]}),
        ("modification_time;etag", both),
        ("labels", {"labels": []}),
    ):
        response = await api.get(SUBACCOUNT, params={"$includeMetadata": option})
        assert response.json() == [{**http("D"), "$metadata": expected}]
    assert (await api.get(SUBACCOUNT)).json() == [http("D")]


async def test_pages(api: Api) -> None:
    many = [f"n{number:02}" for number in range(25)]
    await created(api, *many)
    assert names(await api.get(SUBACCOUNT, params={"$page": "1"})) == many[:10]
    response = await api.get(SUBACCOUNT, params={"$page": "2", "$pageSize": "8", "$pageCount": "true"})
    assert names(response) == many[8:16]
    assert response.headers["page-count"] == "4"
    assert "entity-count" not in response.headers
    assert response.headers["link"] == (
        "</subaccountDestinations?$page=1&$pageSize=8>; rel='previous', "
        "</subaccountDestinations?$page=3&$pageSize=8>; rel='next'"
    )
    last = await api.get(SUBACCOUNT, params={"$page": "3", "$entityCount": "true"})
    assert (names(last), last.headers["entity-count"]) == (many[20:], "25")
    beyond = await api.get(SUBACCOUNT, params={"$page": "4"})
    assert (beyond.status_code, beyond.json()) == (200, [])
    assert_fault(await api.get(SUBACCOUNT, params={"$pageSize": "4"}), 400, "destination.option-alone")


async def test_names_only(api: Api) -> None:
    await created(api, "b", "a")
    assert (await api.get(SUBACCOUNT, params={"$select": "Name"})).json() == [{"Name": "a"}, {"Name": "b"}]


async def test_levels_are_apart(api: Api) -> None:
    await created(api, "s")
    await created(api, "i", path="/instanceDestinations")
    assert names(await api.get(SUBACCOUNT)) == ["s"]
    assert names(await api.get("/instanceDestinations")) == ["i"]
    assert names(await api.get(SUBACCOUNT, instance="two")) == ["s"]
    assert names(await api.get("/instanceDestinations", instance="two")) == []
    assert_fault(await api.delete("/instanceDestinations/i", instance="two"), 404, "destination.not-found")


async def test_a_subscriber_writes_its_own_levels(api: Api) -> None:
    assert_fault(await api.get(SUBACCOUNT, tenant=OTHER), 403, "destination.other-tenant")
    await api.scene.subscribe(OTHER)
    assert (await api.post("/instanceDestinations", http("I"), tenant=OTHER)).status_code == 201
    assert (await api.post(SUBACCOUNT, http("S"), tenant=OTHER)).status_code == 201
    assert names(await api.get("/instanceDestinations", tenant=OTHER)) == ["I"]
    assert names(await api.get("/instanceDestinations")) == names(await api.get(SUBACCOUNT)) == []
    found = (await api.get("/destinations/I", tenant=OTHER)).json()
    assert found["owner"] == {"SubaccountId": OTHER, "InstanceId": await api.scene.instance_id("one")}


async def fill(api: Api, count: int, size: int) -> list[str]:
    many = [f"n{number:05}" for number in range(count)]
    async with api.scene.db.begin() as session:
        nouns = [destination(http(name, x="x" * size)) for name in many]
        await DestinationRepository(session).put_many(ACME, None, nouns)
    return many


async def test_a_long_list_comes_in_pieces(api: Api) -> None:
    many = await fill(api, 3 * CHUNK + 1, 10)
    pieces = await _pieces(api, SUBACCOUNT)
    assert len(pieces) > 3
    assert [item["Name"] for item in json.loads(b"".join(pieces))] == many
    listed = await api.get(SUBACCOUNT, params={"$filter": "endswith(Name,'7')"})
    assert names(listed) == [name for name in many if name.endswith("7")]


@pytest.mark.parametrize("count", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1])
async def test_a_list_is_whole_wherever_it_is_cut(api: Api, count: int) -> None:
    assert names(await api.get(SUBACCOUNT)) == []
    many = await fill(api, count, 1)
    assert names(await api.get(SUBACCOUNT)) == many


async def _pieces(api: Api, path: str) -> list[bytes]:
    """The body of an answer as the application sends it."""
    sent: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    full = f"/destination-configuration/v1{path}"
    headers = [(b"authorization", (await api.scene.bearer()).encode())]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "path": full,
        "raw_path": full.encode(),
        "query_string": b"",
        "headers": headers,
        "scheme": "http",
        "server": ("api.test", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    await api.app(scope, receive, send)
    return [message["body"] for message in sent if message["type"] == "http.response.body" and message["body"]]
