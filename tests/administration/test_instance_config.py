"""Instances created over the admin API with the configuration of the original (destination-service §8.3)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cloud_side import ACME, administrator, cloud_side

pytestmark = pytest.mark.anyio

INSTANCES = "/admin/subaccounts/acme/instances"
D = {"Name": "init", "Type": "HTTP", "URL": "https://x.test"}


@pytest.fixture
async def admin(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with cloud_side(tmp_path) as side, administrator(side) as client:
        yield client


async def landscape(admin: httpx.AsyncClient) -> str:
    return (await admin.get("/admin/landscape", params={"secrets": "true"})).text


def wish(name: str, **config: object) -> dict[str, object]:
    return {"name": name, "service": "destination", "config": config}


def init(**level: Any) -> dict[str, Any]:
    return {"subaccount": {"destinations": [D], **level}, "instance": {"destinations": [D]}}


async def test_the_content_of_both_levels_is_created(admin: httpx.AsyncClient) -> None:
    scopes = {"destination": {"read_scopes": ["a!t1.read"], "write_scopes": []}}
    answer = await admin.post(INSTANCES, json=wish("new", init_data=init(), subscriber_access=scopes))
    assert answer.status_code == 201, answer.text
    text = await landscape(admin)
    assert text.count("Name: init") == 2
    assert "a!t1.read" in text


async def test_a_name_that_is_taken_takes_the_instance_back_and_leaves_the_subaccount(admin: httpx.AsyncClient) -> None:
    taken = {**D, "Name": "erp"}
    config = {"subaccount": {"destinations": [D]}, "instance": {"destinations": [taken]}}
    assert (await admin.post(INSTANCES, json=wish("one", init_data=config))).status_code == 201
    refused = await admin.post(INSTANCES, json=wish("two", init_data=init(destinations=[taken])))
    assert refused.status_code == 409
    assert refused.json()["code"] == "file.config-refused"
    assert refused.json()["ErrorMessage"].startswith("Failed to create all provided configurations. Will delete all on")
    assert "two" not in [one["name"] for one in (await admin.get(INSTANCES)).json()]
    again = init(existing_destinations_policy="ignore", destinations=[taken])
    assert (await admin.post(INSTANCES, json=wish("two", init_data=again))).status_code == 201


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"init": {}}, "the configuration.init"),
        ({"init_data": []}, "init_data"),
        ({"init_data": {"instance": {"destinations": [{}]}}}, "init_data.instance.destinations[0].Name"),
        ({"init_data": {"instance": {"destinations": [D, D]}}}, "init_data.instance.destinations"),
        ({"init_data": {"instance": {"certificates": [{"Name": "a.pem"}]}}}, "init_data.instance.certificates[0]"),
        (
            {"init_data": {"instance": {"existing_destinations_policy": "maybe"}}},
            "init_data.instance.existing_destinations_policy",
        ),
        ({"subscriber_access": {"destination": {"read_scopes": "a"}}}, "subscriber_access.destination.read_scopes"),
    ],
)
async def test_a_wrong_configuration_is_named(admin: httpx.AsyncClient, config: dict[str, Any], field: str) -> None:
    answer = await admin.post(INSTANCES, json=wish("new", **config))
    assert (answer.status_code, answer.json()["code"]) == (400, "file.config-invalid")
    assert f" {field} must be " in answer.json()["message"]
    assert "new" not in [one["name"] for one in (await admin.get(INSTANCES)).json()]


async def test_an_instance_that_is_there_is_configured(admin: httpx.AsyncClient) -> None:
    def scopes(*names: str) -> dict[str, Any]:
        return {"destination": {"read_scopes": list(names), "write_scopes": []}}

    await admin.post(INSTANCES, json=wish("one", subscriber_access=scopes("a.read")))
    path = f"{INSTANCES}/one"
    changed = await admin.patch(path, json={"config": {"init_data": {"instance": {"destinations": [D]}}}})
    assert (changed.status_code, changed.json()["name"]) == (200, "one")
    text = await landscape(admin)
    assert "Name: init" in text
    assert "a.read" in text, "a section that is left out stays"
    await admin.patch(path, json={"config": {"subscriber_access": scopes("b.read")}})
    text = await landscape(admin)
    assert "b.read" in text
    assert "a.read" not in text
    await admin.patch(path, json={"config": {"subscriber_access": scopes()}})
    assert "b.read" not in await landscape(admin)


async def test_of_a_change_all_is_done_or_nothing(admin: httpx.AsyncClient) -> None:
    await admin.post(INSTANCES, json=wish("one", init_data={"instance": {"destinations": [D]}}))
    before = await landscape(admin)
    refused = await admin.patch(f"{INSTANCES}/one", json={"config": {"init_data": init()}})
    assert (refused.status_code, refused.json()["code"]) == (409, "file.config-refused")
    assert await landscape(admin) == before
    wrong = await admin.patch(f"{INSTANCES}/one", json={"config": {"init_data": []}})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "file.config-invalid")
    for name, code in (("nobody", "platform.unknown-instance"), ("conn", "platform.request-invalid")):
        answer = await admin.patch(f"{INSTANCES}/{name}", json={"config": {"init_data": init()}})
        assert answer.json()["code"] == code


async def test_only_the_destination_service_has_one(admin: httpx.AsyncClient) -> None:
    answer = await admin.post(INSTANCES, json={**wish("new", init_data=init()), "service": "connectivity"})
    assert (answer.status_code, answer.json()["code"]) == (400, "platform.request-invalid")


async def test_landscapes_that_come_over_the_network_name_no_files(admin: httpx.AsyncClient) -> None:
    text = f"""\
landbridge: 1
subaccounts: [{{id: {ACME}, subdomain: acme, certificates: [{{name: a.pem, file: /etc/hostname}}]}}]
"""
    for path in ("/admin/landscape", "/admin/landscape/diff"):
        answer = await admin.post(path, content=text)
        assert answer.json()["code"] == "landscape.invalid"
        assert "landbridge apply" in answer.json()["message"]
