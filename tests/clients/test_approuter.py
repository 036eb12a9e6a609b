"""The approuter, unmodified: people log in by its way, and its routes lead to destinations of all kinds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.clients.approuter import Approuter, approuter
from tests.clients.assertions import claims, subject_of, verified_assertion
from tests.clients.browser import Browser, browser
from tests.clients.stage import CLIENT_SUBJECT, Stage, destination_api, stage
from tests.clients.token_service import token_of

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(300)]  # packages may have to come first

PEOPLE = {"erika": "Buchstabe-7", "eva": "Buchstabe-6", "gustav": "Buchstabe-9"}


@dataclass(frozen=True)
class Shop:
    """A running shop: an approuter for many tenants, each with a host name of its own."""

    stage: Stage
    router: Approuter

    def url(self, tenant: str, path: str) -> str:
        return f"http://{tenant}-shop.landbridge.test:{self.router.port}/{path}"

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        system = self.stage.system
        async with browser(self.stage.hosts, system.ca, system.ports["https"]) as opened:
            yield opened

    @asynccontextmanager
    async def person(self, tenant: str, name: str) -> AsyncIterator[Visit]:
        """Somebody who has logged in."""
        async with self.browser() as opened:
            answer = await opened.log_in(self.url(tenant, "user/currentUser"), name, PEOPLE[name])
            assert (answer.status_code, answer.json()["name"]) == (200, name)
            yield Visit(self, tenant, opened)


@dataclass(frozen=True)
class Visit:
    """Somebody in the shop of a tenant."""

    shop: Shop
    tenant: str
    browser: Browser

    async def get(self, path: str) -> httpx.Response:
        return await self.browser.get(self.shop.url(self.tenant, path))

    async def seen(self, path: str) -> dict[str, str]:
        """The headers that the backend saw."""
        return seen(await self.get(path))


def seen(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    found: list[tuple[str, str]] = answer.json()["headers"]
    return {name.lower(): value for name, value in found}


@pytest.fixture(scope="module")
async def shop(approuter_node: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Port 443 has to be the one that clients see: the approuter builds addresses of tenants without a port."""
    folder = tmp_path_factory.mktemp("shop")
    async with stage(folder, plan="broker", options=("--public-https-port", "443")) as running:
        with running.hosts.open("a") as hosts:
            hosts.write("127.0.0.1 acme-shop.landbridge.test globex-shop.landbridge.test\n")
        settings = {
            "TENANT_HOST_PATTERN": "^(.*)-shop[.]landbridge[.]test",
            "HTTPS_PORT": str(running.system.ports["https"]),
        }
        async with approuter(approuter_node, running, folder / "approuter", **settings) as router:
            yield Shop(running, router)


@pytest.fixture(scope="module")
async def erika(shop: Shop) -> AsyncIterator[Visit]:
    async with shop.person("acme", "erika") as visit:
        yield visit


async def test_who_is_logged_in(erika: Visit) -> None:
    answer: dict[str, Any] = (await erika.get("user/currentUser")).json()
    assert answer["displayName"] == "Erika Muster (erika)"
    assert answer["email"] == "erika@acme.example"
    assert answer["scopes"] == ["openid", "shop!t1.Order"]


async def test_a_wrong_password_leads_nowhere(shop: Shop) -> None:
    async with shop.browser() as opened:
        answer = await opened.log_in(shop.url("acme", "basic/protected"), "erika", "wrong")
    assert answer.status_code == 401
    assert answer.url.host == "acme.authentication.landbridge.test"


async def test_an_open_route_needs_no_login(shop: Shop) -> None:
    async with shop.browser() as opened:
        answer = await opened.get(shop.url("acme", "open/echo"))
    assert seen(answer)["x-region"] == "north"


async def test_the_login_leads_back_to_the_page_that_was_asked_for(shop: Shop) -> None:
    async with shop.browser() as opened:
        answer = await opened.log_in(shop.url("acme", "orders/echo/7?a=b"), "erika", PEOPLE["erika"])
    assert answer.json()["target"] == "/echo/7?a=b"


async def test_basic(erika: Visit) -> None:
    assert (await erika.get("basic/protected")).json() == {"user": "sample"}


async def test_the_backend_sees_the_client_certificate(erika: Visit) -> None:
    assert (await erika.get("certificate/echo")).json() == {"subject": CLIENT_SUBJECT}


async def test_client_credentials(erika: Visit) -> None:
    assert (await erika.seen("client-credentials/echo"))["authorization"] == f"Bearer {token_of('client-credentials')}"
    requests = erika.shop.stage.at_token_service("client-credentials")
    assert [request.form["grant_type"] for request in requests] == ["client_credentials"]


async def test_jwt_bearer(erika: Visit) -> None:
    assert (await erika.seen("jwt-bearer/echo"))["authorization"] == f"Bearer {token_of('jwt-bearer')}"
    *_, request = erika.shop.stage.at_token_service("jwt-bearer")
    assert claims(request.form["assertion"])["user_name"] == "erika"


async def test_user_token_exchange(erika: Visit) -> None:
    seen_there = await erika.seen("user-token-exchange/echo")
    assert seen_there["authorization"] == f"Bearer {token_of('user-token-exchange')}"


async def test_saml_assertion(erika: Visit) -> None:
    kind, _, text = (await erika.seen("saml-assertion/echo"))["authorization"].partition(" ")
    assert kind == "SAML2.0"
    certificate = await destination_api(erika.shop.stage.system, "GET", "saml2Metadata/certificate")
    assert verified_assertion(text, certificate["certificate"]).user == "erika"


async def test_on_premise(erika: Visit) -> None:
    there = await erika.seen("orders/echo")
    assert (there["host"], there["tenantid"]) == ("erp.internal:8000", "acme")
    assert not [name for name in there if name.startswith(("proxy-", "sap-connectivity"))]


async def test_the_backend_behind_the_connector_sees_the_user(erika: Visit) -> None:
    assert subject_of((await erika.seen("principal/echo"))["ssl_client_cert"]) == "CN=erika"


async def test_a_failure_on_the_way_has_a_name(erika: Visit) -> None:
    answer = await erika.get("elsewhere/echo")
    assert (answer.status_code, answer.headers["x-internal-error-code"]) == (503, "tunnel.unknown-location")


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("refused/echo", b"Retrieval of OAuthToken failed due to: The token service"),
        ("missing/echo", b"HTTP status code: 404"),
    ],
)
async def test_the_cause_is_in_the_approuters_log(erika: Visit, path: str, cause: bytes) -> None:
    answer = await erika.get(path)
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert cause in erika.shop.router.log


async def test_scopes_open_routes(erika: Visit) -> None:
    await erika.seen("ordering/echo")
    async with erika.shop.person("acme", "eva") as eva:
        assert (await eva.get("ordering/echo")).status_code == 403


async def test_a_subscriber_meets_its_own_destinations(shop: Shop) -> None:
    async with shop.person("globex", "gustav") as gustav:
        there = await gustav.seen("both/echo")
        assert (there["x-owner"], there["tenantid"]) == ("globex", "acme!globex")
        assert (await gustav.seen("local/echo"))["x-region"] == "north", "preferLocal: the provider's"
        assert (await gustav.get("basic/protected")).status_code == 500, "globex has no such destination"


async def test_nobody_logs_in_at_a_foreign_tenant(shop: Shop) -> None:
    async with shop.browser() as opened:
        answer = await opened.log_in(shop.url("globex", "both/echo"), "erika", PEOPLE["erika"])
    assert answer.status_code == 401


async def test_after_logout_the_session_is_over(shop: Shop) -> None:
    async with shop.person("acme", "eva") as eva:
        answer = await eva.get("do/logout")
        assert answer.status_code == 200, answer.text
        assert answer.json()["target"] == "/echo?after=logout"
        assert "/oauth/authorize" in (await eva.get("user/currentUser")).text
