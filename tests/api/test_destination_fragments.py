"""Fragments of a level (destination-service §2.5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.destination_api import Api, assert_fault, open_api

pytestmark = pytest.mark.anyio

LEVELS = pytest.mark.parametrize("path", ["/subaccountDestinationFragments", "/instanceDestinationFragments"])
SUBACCOUNT = "/subaccountDestinationFragments"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with open_api(tmp_path) as opened:
        yield opened


@LEVELS
async def test_one_is_created_read_replaced_and_deleted(api: Api, path: str) -> None:
    assert (await api.get(path)).json() == []
    response = await api.post(path, {"FragmentName": "f", "URL": "http://a.test", "sap-client": 100})
    assert (response.status_code, response.content) == (201, b"")
    read = await api.get(f"{path}/f")
    assert read.json() == {"FragmentName": "f", "URL": "http://a.test", "sap-client": "100"}
    assert (await api.get(f"{path}/f", {"If-None-Match": read.headers["etag"]})).status_code == 304
    assert (await api.get(f"{path}/f", {"If-Match": "x"})).status_code == 412
    assert (await api.put(path, {"FragmentName": "f", "b": "2"})).json() == {"Count": 1}
    assert (await api.get(path)).json() == [{"FragmentName": "f", "b": "2"}]
    assert (await api.delete(f"{path}/f")).json() == {"Count": 1}
    gone = await api.delete(f"{path}/f")
    assert (gone.status_code, gone.json()) == (200, {"Count": 0})


@LEVELS
async def test_what_is_missing_and_what_is_there_already(api: Api, path: str) -> None:
    text = "The fragment with the specified name 'x y' was not found"
    body = assert_fault(await api.get(f"{path}/x%20y"), 404, "destination.fragment-not-found")
    assert body["ErrorMessage"] == text
    body = assert_fault(await api.put(path, {"FragmentName": "x y"}), 404, "destination.fragment-not-found")
    assert body["ErrorMessage"] == text
    assert (await api.post(path, {"FragmentName": "x y"})).status_code == 201
    body = assert_fault(await api.post(path, {"FragmentName": "x y"}), 409, "destination.exists")
    assert body["ErrorMessage"] == "Duplicate key"


@pytest.mark.parametrize(
    ("properties", "property_"),
    [
        ({}, "FragmentName"),
        ({"FragmentName": "f", "Name": "x"}, "Name"),
        ({"FragmentName": "f", "Type": "HTTP"}, "Type"),
        ({"FragmentName": "x" * 201}, "FragmentName"),
        ({"FragmentName": "a,b"}, "FragmentName"),
        ({"FragmentName": "f", "x": {}}, "x"),
    ],
)
async def test_what_is_no_fragment(api: Api, properties: dict[str, object], property_: str) -> None:
    for response in (await api.post(SUBACCOUNT, properties), await api.put(SUBACCOUNT, properties)):
        assert f"'{property_}'" in assert_fault(response, 400, "destination.content-invalid")["message"]


@pytest.mark.parametrize("body", [[], [{"FragmentName": "f"}], "f", None])
async def test_lists_are_not_taken(api: Api, body: object) -> None:
    assert_fault(await api.post(SUBACCOUNT, body), 400, "destination.body-invalid")
    assert_fault(await api.put(SUBACCOUNT, body), 400, "destination.body-invalid")


async def test_levels_are_apart_and_destinations_have_names_of_their_own(api: Api) -> None:
    await api.scene.put({"Name": "f"})
    assert (await api.post(SUBACCOUNT, {"FragmentName": "f"})).status_code == 201
    assert (await api.get("/instanceDestinationFragments")).json() == []
    assert (await api.get(f"{SUBACCOUNT}?$filter=FragmentName in ('f')")).json() == [{"FragmentName": "f"}]
    assert (await api.get(f"{SUBACCOUNT}?$select=Name")).json() == [{"FragmentName": "f"}]
