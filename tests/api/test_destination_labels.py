"""Labels of destinations, fragments and certificates (destination-service §1.6, §2.8)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.destination_api import NOT_FOUND, Api, assert_fault, open_api

pytestmark = pytest.mark.anyio

SUBACCOUNT = "/subaccountDestinations"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with open_api(tmp_path) as opened:
        await opened.scene.put({})
        await opened.scene.put_fragment({})
        await opened.scene.put_certificate("c.pem")
        await opened.scene.put({"Name": "I"}, instance="one")
        yield opened


def label(key: str, *values: str) -> dict[str, object]:
    return {"key": key, "values": list(values)}


async def patched(api: Api, action: str, *labels: dict[str, object], path: str = f"{SUBACCOUNT}/D/labels") -> object:
    response = await api.call("PATCH", path, json={"action": action, "labels": list(labels)})
    assert response.status_code == 200, response.text
    assert response.json() == (await api.get(path)).json()
    return response.json()


@pytest.mark.parametrize(
    "path",
    [
        "/subaccountDestinations/D",
        "/instanceDestinations/I",
        "/subaccountDestinationFragments/F",
        "/subaccountCertificates/c.pem",
    ],
)
async def test_labels_are_set_and_read(api: Api, path: str) -> None:
    assert (await api.get(f"{path}/labels")).json() == []
    wanted = [label("env", "prod", "qa"), label("b", "1")]
    assert (await api.put(f"{path}/labels", wanted)).json() == wanted
    assert (await api.get(f"{path}/labels")).json() == wanted
    assert (await api.put(f"{path}/labels", [])).json() == []
    assert (await api.get(f"{path}/labels")).json() == []


async def test_labels_are_no_properties(api: Api) -> None:
    before = await api.get(f"{SUBACCOUNT}/D")
    await api.put(f"{SUBACCOUNT}/D/labels", [label("env", "prod")])
    after = await api.get(f"{SUBACCOUNT}/D")
    assert (after.json(), after.headers["etag"]) == (before.json(), before.headers["etag"])
    assert "env" not in (await api.get("/destinations/D")).text


async def test_values_are_added_and_taken_away(api: Api) -> None:
    assert await patched(api, "ADD", label("env", "prod")) == [label("env", "prod")]
    assert await patched(api, "ADD", label("env", "qa", "prod"), label("x", "1")) == [
        label("env", "prod", "qa"),
        label("x", "1"),
    ]
    assert await patched(api, "DELETE", label("env", "prod", "none"), label("none", "1")) == [
        label("env", "qa"),
        label("x", "1"),
    ]
    assert await patched(api, "DELETE", label("env", "qa")) == [label("x", "1")]
    assert await patched(api, "DELETE", label("x")) == []


async def test_the_limits(api: Api) -> None:
    path = f"{SUBACCOUNT}/D/labels"
    ten = [label(f"k{number}", *map(str, range(10))) for number in range(10)]
    assert (await api.put(path, ten)).json() == ten
    refused = [
        await api.put(path, [*ten, label("k10", "1")]),
        await api.put(path, [label("k", *map(str, range(11)))]),
        await api.call("PATCH", path, json={"action": "ADD", "labels": [label("k10", "1")]}),
        await api.call("PATCH", path, json={"action": "ADD", "labels": [label("k0", "10")]}),
    ]
    for response in refused:
        assert_fault(response, 400, "destination.label-invalid")
    assert (await api.get(path)).json() == ten
    assert len(await patched(api, "ADD", label("k0", "0"))) == 10  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "body",
    [
        {},
        "a",
        [1],
        [{"values": ["v"]}],
        [label("", "v")],
        [label("k", "")],
        [label("k")],
        [label("k", "a\0")],
        [label("k\n", "a")],
        [{"key": "k", "values": "v"}],
        [{"key": "k", "values": [1]}],
        [{"key": 1, "values": ["v"]}],
        [label("k", "1"), label("k", "2")],
    ],
)
async def test_what_are_no_labels(api: Api, body: object) -> None:
    path = f"{SUBACCOUNT}/D/labels"
    assert_fault(await api.put(path, body), 400, "destination.label-invalid")
    change = {"action": "ADD", "labels": body}
    assert_fault(await api.call("PATCH", path, json=change), 400, "destination.label-invalid")


@pytest.mark.parametrize("body", [{}, [], {"action": "add", "labels": []}, {"action": [], "labels": []}])
async def test_what_is_no_change(api: Api, body: object) -> None:
    assert_fault(await api.call("PATCH", f"{SUBACCOUNT}/D/labels", json=body), 400, "destination.label-invalid")


async def test_labels_of_what_is_not_there(api: Api) -> None:
    for response in (
        await api.get(f"{SUBACCOUNT}/no/labels"),
        await api.put(f"{SUBACCOUNT}/no/labels", []),
        await api.call("PATCH", f"{SUBACCOUNT}/no/labels", json={"action": "ADD", "labels": []}),
    ):
        assert assert_fault(response, 404, "destination.not-found")["ErrorMessage"] == NOT_FOUND
    assert_fault(await api.get("/instanceDestinations/D/labels"), 404, "destination.not-found")
    assert_fault(await api.get("/subaccountDestinationFragments/no/labels"), 404, "destination.fragment-not-found")
    assert_fault(await api.get("/instanceCertificates/c.pem/labels"), 404, "certificate.not-found")


async def test_lists_are_filtered_by_label(api: Api) -> None:
    await api.scene.put({"Name": "E"})
    await api.scene.put({"Name": "none"})
    await api.put(f"{SUBACCOUNT}/D/labels", [label("env", "prod"), label("a b", "x/y")])
    await api.put(f"{SUBACCOUNT}/E/labels", [label("env", "qa", "dev")])
    await api.put("/subaccountDestinationFragments/F/labels", [label("env", "prod")])

    async def listed(filter_: str, path: str = SUBACCOUNT) -> list[str]:
        response = await api.get(path, params={"$filter": filter_})
        assert response.status_code == 200
        return [item.get("Name") or item["FragmentName"] for item in response.json()]

    assert await listed("Label['env'] HAS ('prod','qa')") == ["D", "E"]
    assert await listed("Label['env'] HAS ('dev')") == ["E"]
    assert await listed("Label['env'] HAS ('prod','qa') AND Label['a%20b'] HAS ('x%2Fy')") == ["D"]
    assert await listed("Label['Env'] HAS ('prod')") == []
    assert await listed("Label['env'] HAS ('prod')", "/subaccountDestinationFragments") == ["F"]


async def test_lists_show_labels_on_request(api: Api) -> None:
    await api.put(f"{SUBACCOUNT}/D/labels", [label("env", "prod")])
    (item,) = (await api.get(SUBACCOUNT, params={"$includeMetadata": "labels"})).json()
    assert item["$metadata"] == {"labels": [label("env", "prod")]}


async def test_labels_outlive_a_replacement_but_not_a_deletion(api: Api) -> None:
    await api.put(f"{SUBACCOUNT}/D/labels", [label("env", "prod")])
    again = {"Name": "D", "Type": "RFC"}
    assert (await api.put(SUBACCOUNT, again)).status_code == 200
    assert (await api.get(f"{SUBACCOUNT}/D/labels")).json() == [label("env", "prod")]
    await api.delete(f"{SUBACCOUNT}/D")
    await api.post(SUBACCOUNT, again)
    assert (await api.get(f"{SUBACCOUNT}/D/labels")).json() == []
