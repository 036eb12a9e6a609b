"""The cloud side as a whole: it starts completely or not at all, says when it is ready, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import ssl
import stat
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from landbridge.app import CloudSide
from landbridge.data_folder import read_running
from landbridge.faults import FaultError
from landbridge.model.reach import Reach
from landbridge.settings import Profile, Settings
from tests.cloud_side import ACME, LANDSCAPE, administrator, cloud_side, landscape_in, settings_in

pytestmark = pytest.mark.anyio


async def test_it_is_ready_when_start_returns_and_the_landscape_is_there(tmp_path: Path) -> None:
    async with cloud_side(tmp_path) as side, administrator(side) as admin:
        assert (await admin.get("/ready")).json() == {"status": "ready"}
        assert (await admin.get("/health")).json() == {"status": "up"}
        (subaccount,) = (await admin.get("/admin/subaccounts")).json()
        assert subaccount["subdomain"] == "acme"


async def test_every_port_is_open_and_said(tmp_path: Path) -> None:
    async with cloud_side(tmp_path) as side:
        for name, port in side.running.ports.items():
            if name != "socks":
                with socket.create_connection(("127.0.0.1", port), timeout=5):
                    pass


async def test_other_programs_find_it_in_the_data_folder_while_it_runs(tmp_path: Path) -> None:
    async with cloud_side(tmp_path) as side:
        data = side.settings.data
        running = read_running(data)
        assert running == side.running
        assert running is not None
        assert running.pid == os.getpid()
        assert stat.S_IMODE((data / "admin.token").stat().st_mode) == 0o600
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert read_running(data) is None


async def test_tls_clients_that_trust_our_ca_reach_it_under_all_its_names(tmp_path: Path) -> None:
    async with cloud_side(tmp_path) as side:
        trust = ssl.create_default_context(cafile=str(side.settings.data / "ca.pem"))
        async with httpx.AsyncClient(trust_env=False, verify=trust) as client:
            for name in ("localhost", "127.0.0.1", "authentication.localhost", "acme.authentication.localhost"):
                request = client.build_request("GET", f"https://127.0.0.1:{side.ports.https}/health")
                request.extensions["sni_hostname"] = name  # what the certificate is checked against
                assert (await client.send(request)).status_code == 200
                with pytest.raises(httpx.ConnectError):
                    request.extensions["sni_hostname"] = "other.example.com"
                    await httpx.AsyncClient(trust_env=False, verify=trust).send(request)


async def test_an_application_gets_a_token_with_its_binding(tmp_path: Path) -> None:
    async with cloud_side(tmp_path) as side:
        services = await side.binding("acme", "conn")
        (entry,) = services["connectivity"]
        found = entry["credentials"]
        assert isinstance(found, dict)
        trust = ssl.create_default_context(cafile=str(side.settings.data / "ca.pem"))
        async with httpx.AsyncClient(trust_env=False, verify=trust) as client:
            form = {"grant_type": "client_credentials", "client_id": found["clientid"]}
            form["client_secret"] = found["clientsecret"]
            plain = await client.post(f"{found['url']}/oauth/token", data=form)
            zone = {"x-zid": str(found["tenantid"])}
            tls = await client.post(f"https://{found['uaadomain']}/oauth/token", data=form, headers=zone)
        for answer in (plain, tls):
            token = side.verifier.verify(answer.json()["access_token"])
            assert (token.tenant, token.client_id) == (ACME, found["clientid"])


async def test_the_door_takes_such_a_token_and_names_the_missing_connector(tmp_path: Path) -> None:
    async with cloud_side(tmp_path) as side, administrator(side) as admin:
        minted = await admin.post("/admin/dev/token", json={"subaccount": "acme", "instance": "conn"})
        proxy = httpx.Proxy(
            f"http://127.0.0.1:{side.ports.door}",
            headers={"Proxy-Authorization": f"Bearer {minted.json()['access_token']}"},
        )
        async with httpx.AsyncClient(proxy=proxy, trust_env=False) as client:
            answer = await client.get("http://erp:8000/")
        assert answer.status_code == 503
        assert answer.headers["X-Internal-Error-Code"] == "tunnel.no-connector"


async def test_starting_again_keeps_keys_clients_and_admin_token(tmp_path: Path) -> None:
    async with cloud_side(tmp_path) as side:
        before = await side.administration.bindings("acme")
        token = (side.settings.data / "admin.token").read_text()
        secrets = _secrets(before)
    async with cloud_side(tmp_path) as side:
        assert _secrets(await side.administration.bindings("acme")) == secrets
        assert (side.settings.data / "admin.token").read_text() == token


def _secrets(services: object) -> list[tuple[str, str]]:
    entries = [entry["credentials"] for group in services.values() for entry in group]  # type: ignore[attr-defined]
    return [(one["clientid"], one["clientsecret"] + one["verificationkey"]) for one in entries]


@pytest.mark.parametrize("option", ["http", "https", "door", "tunnel"])
async def test_a_port_in_use_is_named_and_nothing_stays_open(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(FaultError) as caught:
            async with cloud_side(tmp_path, **{f"{option}_port": port}):
                pass
    assert caught.value.fault.code == "platform.port-in-use"
    assert str(port) in caught.value.fault.sentence
    assert f"--{option}-port" in caught.value.fault.action
    async with cloud_side(tmp_path):  # the data folder is free again
        pass


async def test_a_second_one_on_the_same_data_is_refused_with_the_process(tmp_path: Path) -> None:
    async with cloud_side(tmp_path):
        with pytest.raises(FaultError) as caught:
            await CloudSide.start(settings_in(tmp_path))
        assert caught.value.fault.code == "platform.data-in-use"
        assert str(os.getpid()) in caught.value.fault.sentence
        assert read_running(tmp_path / "data") is not None


async def test_a_broken_landscape_stops_the_start_before_anything_exists(tmp_path: Path) -> None:
    with pytest.raises(FaultError) as caught:
        await CloudSide.start(settings_in(tmp_path), landscape_in(tmp_path, LANDSCAPE.replace(ACME, "nonsense")))
    assert caught.value.fault.code == "landscape.invalid"
    assert not (tmp_path / "data").exists()


async def test_the_laptop_profile_stays_on_loopback(tmp_path: Path) -> None:
    with pytest.raises(FaultError) as caught:
        await CloudSide.start(Settings(data=tmp_path / "data", host="::"))
    assert caught.value.fault.code == "platform.bind-needs-server-profile"


async def test_the_server_profile_has_no_development_comforts(tmp_path: Path) -> None:
    async with cloud_side(tmp_path, profile=Profile.SERVER, host="::") as side, administrator(side) as admin:
        refused = await admin.post("/admin/dev/token", json={"subaccount": "acme", "instance": "conn"})
        assert (refused.status_code, refused.json()["code"]) == (403, "platform.laptop-only")
        refused = await admin.post("/admin/reset", params={"to": "empty"})
        assert (refused.status_code, refused.json()["code"]) == (403, "platform.laptop-only")
        assert len((await admin.get("/admin/subaccounts")).json()) == 1


async def test_a_domain_of_its_own_shapes_bindings_and_certificate(tmp_path: Path) -> None:
    names = {"public_host": "bridge.example.com", "token_domain": "authentication.example.com"}
    async with cloud_side(tmp_path, **names) as side:
        (entry,) = (await side.binding("acme", "dest"))["destination"]
        found = entry["credentials"]
        assert isinstance(found, dict)
        port = side.ports.https
        assert found["url"] == f"https://acme.authentication.example.com:{port}"
        assert found["uaadomain"] == f"authentication.example.com:{port}"
        assert found["uri"] == f"https://bridge.example.com:{port}"
        data = await side.invite("acme")
        assert data.gateways == (f"bridge.example.com:{side.ports.tunnel}",)


async def test_readiness_can_ask_for_a_connector(tmp_path: Path) -> None:
    async with cloud_side(tmp_path) as side, administrator(side) as admin:
        for query in (
            {"connector": ""},
            {"connector": "", "subaccount": "acme"},
            {"connector": "", "subaccount": ACME},
        ):
            answer = await admin.get("/ready", params=query)
            assert (answer.status_code, answer.json()["code"]) == (503, "platform.not-ready")
            assert "location id ''" in answer.json()["message"]
        for path, status in (("/health", 200), ("/ready", 200), ("/ready?connector=", 503)):
            answer = await admin.head(path)
            assert (answer.status_code, answer.content) == (status, b""), "load balancers ask by HEAD, too"


async def test_readiness_ends_when_the_storage_does(tmp_path: Path) -> None:
    async with cloud_side(tmp_path) as side, administrator(side) as admin:
        for file in side.settings.data.glob("landbridge.db*"):
            file.write_bytes(b"this is no database at all" * 400)
        answer = await admin.get("/ready")
        assert answer.status_code == 503
        assert "storage (store." in answer.json()["message"]
        assert (await admin.get("/health")).status_code == 200


async def test_metrics_count_the_api_and_the_gateway(tmp_path: Path) -> None:
    async with cloud_side(tmp_path) as side, administrator(side) as admin:
        await admin.get("/nowhere")
        async with httpx.AsyncClient(proxy=f"http://127.0.0.1:{side.ports.door}", trust_env=False) as client:
            assert (await client.get("http://erp:8000/")).status_code == 407
        text = (await admin.get("/metrics")).text
        assert 'landbridge_api_answers_total{status="404"} 1.0' in text
        assert 'landbridge_door_refusals_total{door="http",fault="proxy.authorization-missing"} 1.0' in text


async def test_runtime_file_is_json_for_scripts(tmp_path: Path) -> None:
    async with cloud_side(tmp_path) as side:
        said = json.loads((side.settings.data / "runtime.json").read_text())
        assert said["ports"]["http"] == side.ports.http
        assert said["api_url"] == side.api_url == f"http://localhost:{side.ports.http}"


async def test_certificates_are_renewed_by_themselves(tmp_path: Path) -> None:
    """The running program looks at once, and then every hour; here it starts again half a day later."""
    path = "/destination-configuration/v1/subaccountCertificates"
    validity = {"TimeUnit": "DAYS", "Value": 1}
    wish = {"Name": "own.pem", "Attributes": {"Validity": validity, "AutomaticRenew": True}}
    fixed = wish | {"Name": "fixed.pem", "Attributes": {"Validity": validity}}
    landscape = landscape_in(tmp_path)
    side = await CloudSide.start(settings_in(tmp_path), landscape)
    async with destination_client(side) as client:
        assert (await client.post(path, json=[wish, fixed])).status_code == 201
        before = contents(await client.get(path))
    await side.stop()
    side = await CloudSide.start(settings_in(tmp_path), clock=lambda: time.time() + 13 * 3600)
    async with destination_client(side) as client, asyncio.timeout(30):
        after = before
        while after["own.pem"] == before["own.pem"]:
            after = contents(await client.get(path))
    await side.stop()
    assert after["fixed.pem"] == before["fixed.pem"]


def contents(answer: httpx.Response) -> dict[str, str]:
    return {one["Name"]: one["Content"] for one in answer.json()}


@pytest.mark.parametrize(
    ("reach", "code"),
    [
        (None, "destination.token-service-unreachable"),
        (Reach.PRIVATE, "destination.token-target-private"),
        (Reach.PUBLIC, "destination.token-target-private"),
    ],
)
async def test_a_setting_decides_which_addresses_token_services_may_have(
    tmp_path: Path, reach: Reach | None, code: str
) -> None:
    given = {
        "Name": "t", "Type": "HTTP", "URL": "http://x.test", "Authentication": "OAuth2ClientCredentials",
        "tokenServiceURL": "http://127.0.0.1:9/oauth/token", "clientId": "c",
    }  # fmt: skip
    async with cloud_side(tmp_path, reach=reach) as side, destination_client(side) as client:
        await client.post("/destination-configuration/v1/subaccountDestinations", json=given)
        found = (await client.get("/destination-configuration/v1/destinations/t")).json()
        assert found["authTokens"][0]["code"] == code


@asynccontextmanager
async def destination_client(side: CloudSide) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the token of an application."""
    (entry,) = (await side.binding("acme", "dest"))["destination"]
    found = entry["credentials"]
    assert isinstance(found, dict)
    async with httpx.AsyncClient(base_url=side.running.local_url, trust_env=False) as client:
        form = {"grant_type": "client_credentials", "client_id": found["clientid"]}
        token = await client.post("/oauth/token", data={**form, "client_secret": found["clientsecret"]})
        client.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
        yield client
