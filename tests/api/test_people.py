"""People at the Destination service: what their roles allow, on which level, and what they see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from landbridge.app import CloudSide
from tests.cloud_side import LANDSCAPE, administrator, cloud_side

pytestmark = pytest.mark.anyio

BASE = "/destination-configuration/v1"
SECRET = {
    "Name": "secret", "Type": "HTTP", "URL": "http://x.test", "Authentication": "BasicAuthentication",
    "User": "u", "Password": "do not tell",
}  # fmt: skip
WITHOUT = {name: value for name, value in SECRET.items() if name != "Password"}


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[CloudSide]:
    async with cloud_side(tmp_path, LANDSCAPE) as running:
        yield running


@pytest.fixture
async def admin(side: CloudSide) -> AsyncIterator[httpx.AsyncClient]:
    async with administrator(side) as client:
        yield client


async def person(admin: httpx.AsyncClient, *roles: str, instance: str = "", client: str = "app") -> dict[str, str]:
    """The headers of alice with these roles, in an application that has no destination instance."""
    for role in roles:
        wish = {"person": "alice@example.com", "role": role, "instance": instance}
        assert (await admin.post("/admin/subaccounts/acme/roles", json=wish)).status_code == 201
    wish = {"subaccount": "acme", "instance": client, "user": "alice@example.com"}
    minted = (await admin.post("/admin/dev/token", json=wish)).json()
    return {"Authorization": f"Bearer {minted['access_token']}"}


async def instance_id(admin: httpx.AsyncClient, name: str = "dest") -> str:
    rows = (await admin.get("/admin/subaccounts/acme/instances")).json()
    return str(next(row["id"] for row in rows if row["name"] == name))


async def status(admin: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
    """200 and the like, or the code of the fault."""
    answer = await admin.request(method, BASE + path, headers=headers, json=body)
    return answer.headers.get("x-internal-error-code") or answer.status_code


async def test_without_a_role_a_person_may_nothing(admin: httpx.AsyncClient) -> None:
    headers = await person(admin)
    for method, path in (
        ("GET", "/subaccountDestinations"),
        ("GET", "/subaccountDestinations/erp"),
        ("DELETE", "/subaccountDestinations/erp"),
        ("GET", "/subaccountDestinationFragments"),
        ("GET", "/subaccountCertificates"),
        ("POST", "/saml2Metadata/certificate"),
        ("GET", "/saml2Metadata/certificate"),
        ("GET", "/subaccountDestinations/erp/labels"),
    ):
        assert await status(admin, method, path, headers) == "destination.role-missing", path


async def test_a_viewer_reads_and_does_not_write(admin: httpx.AsyncClient) -> None:
    headers = await person(admin, "Destination Viewer")
    assert await status(admin, "GET", "/subaccountDestinations", headers) == 200
    assert await status(admin, "GET", "/subaccountDestinationFragments", headers) == 200
    assert await status(admin, "GET", "/subaccountDestinations/erp/labels", headers) == 200
    for method, path, body in (
        ("POST", "/subaccountDestinations", SECRET),
        ("PUT", "/subaccountDestinations", SECRET),
        ("DELETE", "/subaccountDestinations/erp", None),
        ("PUT", "/subaccountDestinations/erp/labels", []),
        ("POST", "/subaccountDestinationFragments", {"FragmentName": "f"}),
    ):
        assert await status(admin, method, path, headers, body) == "destination.role-missing", path
        answer = await admin.request(method, BASE + path, headers=headers, json=body)
        assert answer.status_code == 403
    assert await status(admin, "GET", "/subaccountCertificates", headers) == "destination.role-missing"


async def test_an_administrator_writes_and_a_viewer_sees_no_secret(admin: httpx.AsyncClient) -> None:
    viewer = await person(admin, "Destination Viewer")
    headers = await person(admin, "Destination Administrator")
    assert await status(admin, "POST", "/subaccountDestinations", headers, SECRET) == 201
    path = f"{BASE}/subaccountDestinations/secret"
    assert (await admin.get(path, headers=headers)).json() == SECRET
    assert (await admin.get(path, headers=viewer)).json() == WITHOUT
    for query in ("", "?$page=1"):
        answer = await admin.get(f"{BASE}/subaccountDestinations{query}", headers=viewer)
        assert "do not tell" not in answer.text
        assert WITHOUT in answer.json()


async def test_a_role_of_an_instance_holds_there_alone(admin: httpx.AsyncClient) -> None:
    headers = await person(admin, "Destination Administrator", instance="dest")
    there = {**headers, "X-Instance-Id": await instance_id(admin)}
    assert await status(admin, "POST", "/instanceDestinations", there, SECRET) == 201
    assert await status(admin, "GET", "/instanceDestinations", there) == 200
    assert await status(admin, "GET", "/subaccountDestinations", there) == "destination.role-missing"
    await admin.post("/admin/subaccounts/acme/instances", json={"name": "two", "service": "destination"})
    elsewhere = {**headers, "X-Instance-Id": await instance_id(admin, "two")}
    assert await status(admin, "GET", "/instanceDestinations", elsewhere) == "destination.role-missing"


async def test_the_level_of_an_instance_needs_its_id(admin: httpx.AsyncClient) -> None:
    headers = await person(admin, "Destination Viewer")
    await admin.post("/admin/subaccounts", json={"subdomain": "other"})
    made = await admin.post("/admin/subaccounts/other/instances", json={"name": "theirs", "service": "destination"})
    for given in ("", "nonsense", await instance_id(admin, "app"), made.json()["id"]):
        asked = {**headers, "X-Instance-Id": given}
        assert await status(admin, "GET", "/instanceDestinations", asked) == "destination.instance-unnamed"


async def test_certificates_and_trust_have_roles_of_their_own(admin: httpx.AsyncClient) -> None:
    viewer = await person(admin, "Certificate Viewer")
    assert await status(admin, "GET", "/subaccountCertificates", viewer) == 200
    assert await status(admin, "GET", "/saml2Metadata/certificate", viewer) == "trust.no-key-pair"
    assert await status(admin, "POST", "/saml2Metadata/certificate", viewer) == "destination.role-missing"
    assert await status(admin, "GET", "/subaccountDestinations", viewer) == "destination.role-missing"
    administrator_ = await person(admin, "Certificate Administrator")
    file = {"Name": "a.pem", "Type": "PEM", "Content": "LS0tLS1CRUdJTi=="}
    deleted = await status(admin, "DELETE", "/subaccountCertificates/none.pem", administrator_)
    assert deleted not in ("destination.role-missing", "destination.wrong-client")
    assert await status(admin, "POST", "/subaccountCertificates", viewer, file) == "destination.role-missing"


async def test_a_user_token_of_the_destination_client_is_the_applications(admin: httpx.AsyncClient) -> None:
    headers = await person(admin, client="dest")
    assert await status(admin, "GET", "/instanceDestinations", headers) == 200
    assert await status(admin, "POST", "/subaccountDestinations", headers, SECRET) == 201


async def test_finding_is_for_applications(admin: httpx.AsyncClient) -> None:
    headers = await person(admin, "Destination Administrator")
    assert await status(admin, "GET", "/destinations/erp", headers) == "destination.wrong-client"
