"""The four modes of the doors, on both of them (connectivity-proxy §3.6), and headers that belong to modes."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Protocol
from landbridge.testing.world import ACME, GLOBEX, World, erp_mapping, world
from tests.world.backends import NO_CONTENT, always, raw_backend, tcp_server
from tests.world.client import Answer, Client, ask, request
from tests.world.test_socks import authentication, connect

pytestmark = pytest.mark.anyio

TARGET = "http://erp.virtual/echo"
TRUSTED = {"http_authorization": False, "socks_authorization": False}
REFUSED_METHOD = b"\x05\xff"
ANY_TOKEN = "not.a.token"
CONNECT = b"\x05\x01\x00\x03\x0aecho.inner\x00\x07"
OPEN_GREETING = b"\x05\x01\x00"
TOKEN_GREETING = b"\x05\x01\x80"
SUCCESS = b"\x05\x00\x00\x01" + bytes(6)


@asynccontextmanager
async def both(folder: Path, **changes: object) -> AsyncIterator[World]:
    """A world whose connectors of acme (default, and plant) expose the sample backend and an echo server."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(4))
        writer.close()

    async with tcp_server(echo) as port, world(folder, connectors=(), **changes) as running:
        mappings = (
            erp_mapping(running.backend.port),
            Mapping("echo.inner", 7, "127.0.0.1", port, protocol=Protocol.TCP),
        )
        for location in ("", "plant"):
            name = location or "default"
            await running.add_connector(ConnectorContent(name, ACME, location, mappings=mappings))
        yield running


@pytest.fixture(scope="module")
async def asking(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Doors as they are by default."""
    async with both(tmp_path_factory.mktemp("asking")) as running:
        yield running


@pytest.fixture(scope="module")
async def trusting(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Doors that trust everybody, of one subaccount."""
    async with both(tmp_path_factory.mktemp("trusting"), dedicated_subaccount=ACME, **TRUSTED) as running:
        yield running


async def get(running: World, *lines: str, token: str = "") -> Answer:
    return await ask(running.door, request(TARGET, token, *lines))


async def socks(running: World, greeting: bytes, token: str | None = None, location: bytes = b"") -> bytes:
    """What the SOCKS door answers to a whole handshake, and the echo behind it."""
    reader, writer = await connect(running)
    writer.write(greeting + (authentication(token, location) if token is not None else b"") + CONNECT + b"ping")
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


def refusals(running: World) -> set[str]:
    gateway = running.cloud.gateway
    return {*gateway.door.counters.refusals, *gateway.socks_door.counters.refusals}


async def test_asking_and_shared_is_how_doors_are_by_default(asking: World) -> None:
    running = asking
    mine, theirs = await running.token(), await running.token("globex")
    assert (await get(running, token=mine)).status == 200
    assert (await get(running, token=theirs)).fault == "tunnel.no-connector"
    assert (await get(running, f"SAP-CP-Connectivity-Service-Token: {mine}")).fault == "proxy.authorization-missing"
    assert await socks(running, TOKEN_GREETING, mine) == b"\x05\x80\x01\x00" + SUCCESS + b"ping"
    assert await socks(running, OPEN_GREETING) == REFUSED_METHOD
    assert "socks.token-method-missing" in refusals(running)


async def test_asking_and_dedicated_takes_tokens_of_one_tenant(tmp_path: Path) -> None:
    async with both(tmp_path, dedicated_subaccount=ACME) as running:
        mine, theirs = await running.token(), await running.token("globex")
        assert (await get(running, token=mine)).status == 200
        refused = await get(running, token=theirs)
        assert (refused.status, refused.fault) == (407, "proxy.token-wrong-tenant")
        assert refused.body == b"Invalid proxy authorization token"
        assert (await get(running)).fault == "proxy.authorization-missing"
        assert await socks(running, TOKEN_GREETING, mine) == b"\x05\x80\x01\x00" + SUCCESS + b"ping"
        assert await socks(running, TOKEN_GREETING, theirs) == b"\x05\x80\x01\x05"
        assert await socks(running, OPEN_GREETING) == REFUSED_METHOD


async def test_trusting_and_dedicated_needs_no_token(trusting: World) -> None:
    running = trusting
    assert (await get(running)).status == 200
    theirs = await running.token("globex")
    # What stands in for a token changes nothing, least of all the tenant.
    assert (await get(running, f"SAP-CP-Connectivity-Service-Token: {theirs}", token=theirs)).status == 200
    assert (await get(running, "SAP-Connectivity-SCC-Location_ID: elsewhere")).status == 503
    assert await socks(running, OPEN_GREETING) == b"\x05\x00" + SUCCESS + b"ping"
    assert await socks(running, b"\x05\x02\x00\x80", ANY_TOKEN) == b"\x05\x80\x01\x00" + SUCCESS + b"ping"
    plant = base64.b64encode(b"plant")
    assert await socks(running, TOKEN_GREETING, "", plant) == b"\x05\x80\x01\x00" + SUCCESS + b"ping"
    elsewhere = base64.b64encode(b"elsewhere")
    assert (await socks(running, TOKEN_GREETING, "", elsewhere))[:6] == b"\x05\x80\x01\x00\x05\x03"


async def test_trusting_and_shared_takes_the_tenant_from_the_service_token(tmp_path: Path) -> None:
    async with both(tmp_path, **TRUSTED) as running:
        mine, theirs = await running.token(), await running.token("globex")
        missing = await get(running, token=mine)
        assert (missing.status, missing.fault) == (407, "proxy.service-token-missing")
        assert missing.body == b"Missing or empty header: sap-cp-connectivity-service-token"
        assert (await get(running, f"SAP-CP-Connectivity-Service-Token: {mine}")).status == 200
        assert (await get(running, f"SAP-CP-Connectivity-Service-Token: Bearer {mine}")).status == 200
        other = await get(running, f"SAP-CP-Connectivity-Service-Token: {theirs}", token=mine)
        assert other.fault == "tunnel.no-connector"
        assert GLOBEX in other.body.decode()
        assert (await get(running, "SAP-CP-Connectivity-Service-Token: x.y.z")).fault == "proxy.token-invalid"
        assert await socks(running, OPEN_GREETING) == REFUSED_METHOD, "nothing would name the tenant"
        assert await socks(running, b"\x05\x02\x00\x80", mine) == b"\x05\x80\x01\x00" + SUCCESS + b"ping"
        assert await socks(running, TOKEN_GREETING, ANY_TOKEN) == b"\x05\x80\x01\x05"


async def test_a_trusting_door_passes_the_users_token_and_no_other(trusting: World) -> None:
    """Only SAP-Connectivity-Authentication propagates a user here; nothing technical reaches the backend."""
    running = trusting
    token = await running.token()
    lines = (f"SAP-Connectivity-Authentication: Bearer {token}", f"SAP-CP-Connectivity-Service-Token: {token}")
    answer = await get(running, *lines, "SAP-Connectivity-ConsumerAccount: acme", token=token)
    assert answer.status == 200
    assert token not in answer.body.decode()
    assert b"connectivity" not in answer.body.lower()


async def test_the_doors_have_their_modes_apart(tmp_path: Path) -> None:
    async with both(tmp_path, dedicated_subaccount=ACME, socks_authorization=False) as running:
        assert (await get(running)).status == 407
        assert await socks(running, OPEN_GREETING) == b"\x05\x00" + SUCCESS + b"ping"


async def test_one_allowed_client(tmp_path: Path) -> None:
    async with both(tmp_path, allowed_client="sb-app-acme!t1") as running:
        assert (await get(running, token=await running.token(service="xsuaa"))).status == 200
        assert (await get(running, token=await running.token())).fault == "proxy.token-wrong-client"


async def test_the_region_header_is_refused_by_name(asking: World) -> None:
    running = asking
    line = "SAP-Connectivity-Region-Configuration-Id: eu-1"
    answer = await get(running, line, token=await running.token())
    assert (answer.status, answer.fault) == (400, "proxy.region-unsupported")
    assert "eu-1" in (answer.header("x-error-message") or "")
    assert (await get(running, line)).status == 407, "the token comes first (§4.4)"


async def test_several_regions_ask_for_the_header(tmp_path: Path) -> None:
    header = "SAP-Connectivity-Region-Configuration-Id: "
    async with both(tmp_path, regions=("eu10", "us20=sb-app-acme!t1")) as running:
        token, other = await running.token(), await running.token(service="xsuaa")
        missing = await get(running, token=token)
        assert (missing.status, missing.fault) == (400, "proxy.region-missing")
        unknown = await get(running, header + "ap30", token=token)
        assert (unknown.status, unknown.fault) == (404, "proxy.region-unknown")
        assert (await get(running, header + "eu10")).status == 407, "the token comes first (§4.4)"
        assert (await get(running, header + "eu10", token=token)).status == 200
        assert (await get(running, header + "us20", token=other)).status == 200
        wrong = await get(running, header + "us20", token=token)
        assert (wrong.status, wrong.fault) == (407, "proxy.token-wrong-client")
        assert await socks(running, TOKEN_GREETING, token) == b"\x05\x80\x01\x00" + SUCCESS + b"ping"


async def test_several_regions_where_nobody_has_to_prove_himself(tmp_path: Path) -> None:
    async with both(tmp_path, regions=("eu10",), **TRUSTED) as running:
        service = f"SAP-CP-Connectivity-Service-Token: {await running.token()}"
        assert (await get(running, service)).fault == "proxy.region-missing"
        assert (await get(running, service, "SAP-Connectivity-Region-Configuration-Id: eu10")).status == 200


async def test_another_consumer_account_on_a_connection_is_refused(asking: World) -> None:
    """The account binds the connection like the location id (§4.5); it never chooses whose connector is used."""
    running = asking
    token = await running.token()
    account = "SAP-Connectivity-ConsumerAccount: "
    async with await Client.open(running.door) as client:
        for _ in range(2):
            assert (await client.ask(request(TARGET, token, account + "mine"))).status == 200
        answer = await client.ask(request(TARGET, token, account + GLOBEX))
    assert (answer.status, answer.fault) == (400, "proxy.location-changed")
    assert answer.body.decode() == (
        "One of the headers [SAP-Connectivity-ConsumerAccount, SAP-Connectivity-SCC-Location_ID] was set with a "
        "different value compared to the value which was already used for this connection.\n"
        f"Original tunnel ID: account:///mine\nNew tunnel ID: account:///{GLOBEX}"
    )
    other = await get(running, account + ACME, token=await running.token("globex"))
    assert other.fault == "tunnel.no-connector"
    assert GLOBEX in other.body.decode()


async def ias_token(running: World, **form: str) -> str:
    """A token of /oauth2/token, asked for by the application for the connectivity instance (§3.3)."""
    app = await running.credentials("acme", "xsuaa")
    connectivity = await running.credentials("acme", "connectivity")
    data = {"grant_type": "client_credentials", "client_id": app["clientid"], "client_secret": app["clientsecret"]}
    data["resource"] = f"urn:sap:identity:application:service:id:{connectivity['instance_id']}"
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{running.cloud.api_url}/oauth2/token", data=data | form)
    answer.raise_for_status()
    return str(answer.json()["access_token"])


async def test_proxy_tokens_of_the_other_shape(asking: World) -> None:
    running = asking
    assert (await get(running, token=await ias_token(running))).status == 200
    assert (await get(running, token=await ias_token(running, resource=""))).fault == "proxy.token-wrong-client"
    person = {"grant_type": "password", "username": "alice@acme.example", "password": "alice-password"}
    answer = await get(running, token=await ias_token(running, **person))
    assert (answer.status, answer.fault) == (407, "proxy.token-of-user")


async def test_no_technical_header_passes_in_any_mode(tmp_path: Path) -> None:
    async with raw_backend(always(NO_CONTENT)) as backend:
        content = ConnectorContent("erp", ACME, mappings=(erp_mapping(backend.port),))
        async with world(tmp_path, connectors=[content], dedicated_subaccount=ACME, **TRUSTED) as running:
            token = await running.token()
            lines = (
                f"SAP-CP-Connectivity-Service-Token: {token}",
                f"SAP-Connectivity-Technical-Authentication: Bearer {token}",
                "SAP-Connectivity-ConsumerAccount: acme",
                "SAP-Connectivity-Anything: else",
                "Authorization: Basic YTpi",
            )
            assert (await get(running, *lines, token=token)).status == 204
        (received,) = backend.received
        assert b"Authorization: Basic YTpi\r\n" in received
        assert token.encode() not in received
        assert b"sap-c" not in received.lower()
        assert b"proxy-" not in received.lower()
