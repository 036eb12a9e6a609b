"""The check of a destination over the admin API: who may ask for it, and what never leaves it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from landbridge.data_folder import read_admin_token
from landbridge.lab.pki import root
from landbridge.model.content import LevelContent
from landbridge.model.destination import Destination
from landbridge.testing.world import ACME, GLOBEX, World, subaccount, world

pytestmark = pytest.mark.anyio

BASE = {"Type": "HTTP", "URL": "http://erp.virtual:80/echo?apikey=query-secret", "ProxyType": "OnPremise"}
SECRETS = {
    "Authentication": "BasicAuthentication",
    "User": "SERVICE",
    "Password": "pass-secret",
    "URL.headers.X-Api-Key": "header-secret",
}


@pytest.fixture(scope="module")
async def here(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    destinations = (Destination({"Name": "ERP", **BASE, **SECRETS}),)
    content = replace(subaccount(ACME, "acme"), level=LevelContent(destinations=destinations))
    async with world(tmp_path_factory.mktemp("world"), subaccounts=(content, subaccount(GLOBEX, "globex"))) as running:
        yield running


async def post(here: World, path: str, body: dict[str, Any] | None = None, token: str = "") -> httpx.Response:
    token = token or read_admin_token(here.cloud.settings.data).reveal()
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {token}"}) as client:
        return await client.post(f"{here.cloud.running.local_url}/admin{path}", json=body)


async def logged_on(here: World, name: str, subdomain: str) -> str:
    """The token of an administrator of one subaccount."""
    wish = {"name": name, "password": "long-enough-password", "subaccount": subdomain}
    assert (await post(here, "/administrators", wish)).is_success
    answer = await post(here, "/login", {"name": name, "password": "long-enough-password"})
    return str(answer.json()["token"])


async def test_no_secret_and_no_internal_address_is_in_a_report(here: World) -> None:
    user = await here.token(
        "acme", "xsuaa", grant_type="password", username="alice@acme.example", password="alice-password"
    )
    answer = await post(here, "/subaccounts/acme/destinations/ERP/check", {"userToken": user, "proxyToken": "x.y.z"})
    text = answer.text
    assert answer.status_code == 200
    for secret in ("pass-secret", "header-secret", "query-secret", user, "U0VSVklDRTpwYXNzLXNlY3JldA"):
        assert secret not in text
    assert "127.0.0.1" not in text
    assert str(here.backend.port) not in text


async def test_a_report_is_kept_and_says_the_same_when_it_is_read(here: World) -> None:
    made = (await post(here, "/subaccounts/acme/destinations/ERP/check")).json()
    token = read_admin_token(here.cloud.settings.data).reveal()
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {token}"}) as client:
        read = (await client.get(f"{here.cloud.running.local_url}/checks/reports/{made['id']}")).json()
    assert made["healthy"]
    assert read["evidence"]["steps"] == made["evidence"]["steps"]
    assert read["official"] == made["official"] == {**read["official"], "success": True, "status": 200}


async def test_an_administrator_checks_his_own_subaccount_alone(here: World) -> None:
    token = await logged_on(here, "globex-admin", "globex")
    for path, body in (
        ("/subaccounts/acme/destinations/ERP/check", None),
        ("/subaccounts/acme/probe", {"target": "http://erp.virtual/"}),
    ):
        answer = await post(here, path, body, token)
        assert (answer.status_code, answer.json()["code"]) == (404, "platform.unknown-subaccount")


async def test_what_others_have_is_not_told_to_who_may_not_see_it(here: World) -> None:
    """The destination, and the connector with the mapping, are in a subaccount that this administrator does not see."""
    token = await logged_on(here, "other-admin", "globex")
    missed = (await post(here, "/subaccounts/globex/destinations/ERP/check", None, token)).json()
    assert "acme" not in json.dumps(missed)
    through = (await post(here, "/subaccounts/globex/probe", {"target": "http://erp.virtual/"}, token)).json()
    assert through["findings"][0]["cause"] == "no-connector"
    assert "acme" not in json.dumps(through)


@pytest.mark.parametrize("target", ["", "ftp://erp.virtual", "http://user:secret@erp.virtual/", "http://erp virtual/"])
async def test_what_is_no_target_is_refused(here: World, target: str) -> None:
    answer = await post(here, "/subaccounts/acme/probe", {"target": target})
    assert answer.status_code in (400, 422)
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"protocol": "tls"}, "check.target-invalid"),
        ({"protocol": "gopher"}, "check.target-invalid"),
        ({"protocol": "smtp", "target": "http://erp.virtual/"}, "check.target-invalid"),
        ({"protocol": "smtp", "knownHosts": "x"}, "platform.request-invalid"),
        ({"protocol": "smtp", "newest": "1.2"}, "platform.request-invalid"),
        ({"protocol": "ssh", "knownHosts": "x y z"}, "platform.request-invalid"),
        ({"protocol": "smtp", "user": "x", "trust": root("Lab").pem * 100}, "platform.request-invalid"),
    ],
)
async def test_what_a_connector_cannot_be_asked_is_refused(here: World, wish: dict[str, str], code: str) -> None:
    answer = await post(here, "/subaccounts/acme/probe", {"target": "erp.virtual:80", **wish})
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_a_service_is_asked_through_a_connector(here: World) -> None:
    wish = {"target": "erp.virtual", "protocol": "soap", "user": "SERVICE", "password": "pass-secret"}
    answer = await post(here, "/subaccounts/acme/probe", wish)
    report = answer.json()
    assert answer.status_code == 200
    assert report["target"]["protocol"] == "soap"
    assert {"connectors", "tunnel", "look", "mapping", "backend", "answer"} <= set(report["passed"])
    assert "pass-secret" not in answer.text
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize("path", ["/a b", "/\r\nX: y", "/ü", "/" + "a" * 4000, "//", "/%00"])
async def test_odd_paths_end_in_a_report(here: World, path: str) -> None:
    answer = await post(here, "/subaccounts/acme/destinations/ERP/check", {"path": path})
    assert answer.status_code == 200
    assert answer.json()["evidence"]["steps"]
