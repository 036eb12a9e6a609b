"""What the acceptance list asks for beyond the other tests (docs/acceptance-connectivity.md)."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from landbridge.connector.program import Connected, Disconnected
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Protocol
from landbridge.settings import TunnelSettings
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.tools import require_tool
from tests.world.backends import tcp_server
from tests.world.client import Client, ask, request
from tests.world.test_bulk import memory
from tests.world.test_socks import SUCCESS, connect, echo, handshake, refused

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
SIZE = 5 * 10**9 if os.environ.get("LANDBRIDGE_REQUIRE_TOOLS") else 256 * 2**20
"""The list says 5 GB. That is what CI moves; elsewhere less, for the sake of people who wait."""
ROOM = 32 * 2**20
PIECE = bytes(65_536)
NOT_EXPOSED = (
    "Access denied to system v:1234. In case this was a valid request, ensure to expose the system correctly in your "
    "cloud connector."
)


async def curl(running: World, *words: str) -> tuple[str, str]:
    """(status, body) of a request by curl through the HTTP door."""
    door = f"http://127.0.0.1:{running.cloud.gateway.door_port}"
    command = ["curl", "-s", "--noproxy", "", "-x", door, "-w", "\n%{http_code} %{http_connect}", *words]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    body, _, statuses = output.decode().rpartition("\n")
    status, connect = statuses.split(" ")
    return (connect if connect != "000" else status), body


async def test_curl(erp: World) -> None:
    """Items 1 to 3, with the client that the documentation uses."""
    require_tool("curl", shutil.which("curl") is not None)
    token = await erp.token()
    header = ("--proxy-header", f"Proxy-Authorization: Bearer {token}")
    assert await curl(erp, *header, "http://v:1234/") == ("403", NOT_EXPOSED)
    assert await curl(erp, "http://v:1234/") == ("407", "Missing or empty header: proxy-authorization")
    basic = base64.b64encode(f"{token}:".encode()).decode()
    assert (await curl(erp, "--proxy-header", f"Proxy-Authorization: Basic {basic}", "http://erp.virtual/"))[0] == "200"
    status, _ = await curl(erp, "-p", *header, "http://erp.virtual/")
    assert status == "405"


async def test_an_absolute_https_target(erp: World) -> None:
    """Item 3: clients that send https:// to a plain proxy."""
    answer = await ask(erp.door, request("https://erp.virtual/", await erp.token()))
    assert (answer.status, answer.body) == (405, b"HTTPS proxying is not supported")


@pytest.mark.timeout(900)
async def test_five_gigabytes_chunked_both_ways_in_flat_memory(erp: World) -> None:
    """Item 8. This process is client, gateway, connector and backend at once."""
    token = await erp.token()
    assert (await ask(erp.door, request("http://erp.virtual/large?bytes=1000000&chunked=1", token))).status == 200
    before = most = memory()
    async with await Client.open(erp.door, limit=2**18) as client:
        await client.send(request(f"http://erp.virtual/large?bytes={SIZE}&chunked=1", token))
        head = await client.reader.readuntil(b"\r\n\r\n")
        assert b"Transfer-Encoding: chunked\r\n" in head
        left = SIZE
        while size := int(await client.reader.readuntil(b"\r\n"), 16):
            left -= len(await client.reader.readexactly(size + 2)) - 2
            most = max(most, memory())
        assert left == 0
    async with await Client.open(erp.door) as client:
        await client.send(request("http://erp.virtual/upload", token, "Transfer-Encoding: chunked", method="POST"))
        sent = 0
        while sent < SIZE:
            await client.send(b"10000\r\n" + PIECE + b"\r\n")
            sent += len(PIECE)
            most = max(most, memory())
        answer = await client.ask(b"0\r\n\r\n")
        assert answer.json["bytes"] == sent
    assert most - before < ROOM


async def test_the_tunnel_is_killed_in_mid_response(tmp_path: Path) -> None:
    """Item 12: a body that is visibly cut, a line in the log, and service again within ten seconds."""
    async with world(tmp_path) as running:
        token, connector = await running.token(), running.connectors["erp"]
        cut = running.cloud.gateway.door.counters.cut
        async with await Client.open(running.door) as client:
            await client.send(request("http://erp.virtual/large?bytes=100000000", token))
            await client.reader.readexactly(100_000)
            connector.connector.abort()
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await client.reader.readexactly(100_000_000)
        assert running.cloud.gateway.door.counters.cut == cut + 1
        assert running.cloud.gateway.door.counters.refusals["tunnel.lost"] == 1, "it is noted why"
        async with asyncio.timeout(10):
            while not isinstance(await connector.next_event(), Disconnected):
                pass
            assert isinstance(await connector.next_event(), Connected)
            assert (await ask(running.door, request("http://erp.virtual/", token))).status == 200


async def test_the_general_failure_of_socks(tmp_path: Path) -> None:
    """Item 11, reply code 01: the tunnel takes no more streams."""
    async with tcp_server(echo) as port:
        mapping = Mapping("db.virtual", 5432, "127.0.0.1", port, protocol=Protocol.TCP)
        content = ConnectorContent("db", ACME, mappings=(mapping,))
        async with world(tmp_path, connectors=[content], tunnel=TunnelSettings(stream_limit=1)) as running:
            token = await running.token()
            reader, writer = await connect(running)
            writer.write(handshake(token))
            assert await reader.readexactly(len(SUCCESS)) == SUCCESS
            assert (await refused(running, handshake(token)))[-10:-8] == b"\x05\x01"
            writer.close()


async def test_another_tenants_token_never_reaches_this_tenants_connector(tmp_path: Path) -> None:
    """Item 5: 503 with the subaccount and the location id that were asked for."""
    async with world(tmp_path) as running:
        line = "SAP-Connectivity-SCC-Location_ID: plant 7"
        answer = await ask(running.door, request("http://erp.virtual/", await running.token("globex"), line))
        assert answer.status == 503
        body = answer.body.decode()
        assert "SCC location ID 'plant 7'" in body
        assert ACME not in body
        assert not running.backend.seen


async def test_two_systems_on_one_connection_are_checked_apart(tmp_path: Path) -> None:
    """Item 6: lenient about the system, strict about access, 400 for another location id."""
    async with world(tmp_path) as running:
        erp = running.connectors["erp"]
        port = running.backend.port
        more = (erp_mapping(port), erp_mapping(port, virtual="crm.virtual"))
        await erp.connector.reconfigure(replace(erp.content, mappings=more))
        token = await running.token()
        async with await Client.open(running.door) as client:
            for host, status in (("erp", 200), ("crm", 200), ("hr", 403), ("erp", 200)):
                assert (await client.ask(request(f"http://{host}.virtual/", token))).status == status
            answer = await client.ask(request("http://erp.virtual/", token, "SAP-Connectivity-SCC-Location_ID: x"))
            assert answer.status == 400
            assert answer.body.startswith(b"One of the headers [SAP-Connectivity-ConsumerAccount, ")


def test_each_item_names_tests_that_exist() -> None:
    page = (ROOT / "docs" / "acceptance-connectivity.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\| \d+ \|", line)]
    assert [int(row.split("|")[1]) for row in rows] == [*range(1, 16), 4, 5, 6, 7, 9, 11], (
        "all of the doors, then those of the connector"
    )
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", row)
        assert named, row
        for file, test in named:
            text = (ROOT / file).read_text(encoding="utf-8")
            assert not test or re.search(rf"^(async )?def {test}\(", text, re.MULTILINE), f"{file}::{test}"
