"""Tunnels as they are run: several connections, several gateways, renewal, proxies and boxes in between."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from landbridge.connector.program import CertificateRenewed, Connected, Connector, Disconnected, Event
from landbridge.connector.settings import ConnectorSettings
from landbridge.connector.state.files import load_state
from landbridge.model.landscape import ConnectorContent
from landbridge.model.secret import Secret
from landbridge.net.proxy import HttpProxy
from landbridge.testing.world import ACME, World, erp_mapping, world
from tests.world.backends import tcp_server
from tests.world.certificates import authority, issue, server_context
from tests.world.client import ask, request

pytestmark = pytest.mark.anyio

PATIENCE = 10


@asynccontextmanager
async def running(folder: Path, settings: ConnectorSettings) -> AsyncIterator[World]:
    async with world(folder, connector_settings=settings) as one:
        yield one


async def until_connections(one: World, wanted: int) -> None:
    """Wait on the reports of the connector until so many connections are up."""
    connector = one.connectors["erp"]
    while len(connector.connector.sessions) < wanted or one.cloud.gateway.connectors()[0].connections < wanted:
        await connector.next_event()


async def echo(one: World) -> int:
    return (await ask(one.door, request("http://erp.virtual/echo", await one.token()))).status


async def test_several_connections_are_one_tunnel_and_survive_each_other(tmp_path: Path) -> None:
    async with running(tmp_path, ConnectorSettings(connections=3)) as one:
        await until_connections(one, 3)
        assert len(one.cloud.gateway.connectors()) == 1
        first = one.connectors["erp"].connector.sessions[0]
        first.link.abort()
        await first.closed
        assert await echo(one) == 200


async def test_a_connector_serves_two_gateways(tmp_path: Path) -> None:
    """Two cloud sides share one authority when they share a database; here the second refuses, and the first serves."""
    async with world(tmp_path / "a") as one, world(tmp_path / "b", connectors=[], fresh=True) as other:
        state = load_state(one.folder / "connector-erp")
        await one.connectors["erp"].connector.stop()
        addresses = (*state.gateways, f"localhost:{other.cloud.gateway.tunnel_port}")
        both = await one.run_connector(one.connectors["erp"].content, replace(state, gateways=addresses))
        reports = [await both.next_event(), await both.next_event()]
        assert {type(report) for report in reports} == {Connected, Disconnected}
        refused = next(report for report in reports if isinstance(report, Disconnected))
        assert (refused.reason.code, refused.retry_in) == ("tunnel.gateway-untrusted", None)
        assert await echo(one) == 200


async def test_a_certificate_is_renewed_over_the_tunnel_and_used_from_then_on(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        connector = one.connectors["erp"]
        await connector.connector.stop()
        old = load_state(one.folder / "connector-erp")
        events: asyncio.Queue[Event] = asyncio.Queue()
        later = Connector(
            old, connector.content, ConnectorSettings(), events.put_nowait, clock=lambda: time.time() + 340 * 86_400
        )
        task = asyncio.create_task(later.run())
        async with asyncio.timeout(PATIENCE):
            while not isinstance(event := await events.get(), CertificateRenewed):
                pass
        assert event.expires > time.time() + 364 * 86_400
        await later.stop()
        await task
        renewed = load_state(one.folder / "connector-erp")
        assert renewed.certificate_pem != old.certificate_pem
        again = await one.run_connector(connector.content, renewed)
        assert isinstance(await again.next_event(), Connected)
        assert await echo(one) == 200


async def test_clock_skew_is_told(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        state = load_state(one.folder / "connector-erp")
        content = replace(one.connectors["erp"].content, location_id="late")
        events: asyncio.Queue[Event] = asyncio.Queue()
        late = Connector(state, content, ConnectorSettings(), events.put_nowait, clock=lambda: time.time() - 3600)
        task = asyncio.create_task(late.run())
        async with asyncio.timeout(PATIENCE):
            event = await events.get()
        assert isinstance(event, Connected)
        assert 3590 < event.skew < 3610
        await late.stop()
        await task


class Proxy:
    """An HTTP proxy that knows CONNECT and one password."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.connected = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head.partition("\r\n")[0])
        expected = base64.b64encode(b"me:se cret").decode()
        if f"Proxy-Authorization: Basic {expected}" not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            writer.close()
            return
        host, _, port = head.split()[1].rpartition(":")
        there, back = await asyncio.open_connection(host, int(port))
        self.connected += 1
        writer.write(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
        await asyncio.gather(pump(reader, back), pump(there, writer))


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def test_the_way_out_leads_through_a_proxy_with_basic_authentication(tmp_path: Path) -> None:
    proxy = Proxy()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with world(tmp_path) as one:
            await one.connectors["erp"].connector.stop()
            state = load_state(one.folder / "connector-erp")
            for password, expected in (("wrong", None), ("se cret", 200)):
                one.connector_settings = ConnectorSettings(proxy=HttpProxy("127.0.0.1", port, "me", Secret(password)))
                connector = await one.run_connector(one.connectors["erp"].content, state, wait=expected is not None)
                event = await connector.next_event()
                if expected is None:
                    assert isinstance(event, Disconnected)
                    assert event.reason.code == "tunnel.proxy-failed"
                    assert "407 Proxy Authentication Required" in event.reason.sentence
                    assert event.retry_in is not None
                    await connector.connector.stop()
                else:
                    assert isinstance(event, Connected)
                    assert await echo(one) == expected
            assert proxy.asked[-1] == f"CONNECT localhost:{one.cloud.gateway.tunnel_port} HTTP/1.1"
            await one.connectors["erp"].connector.stop()
    finally:
        server.close()


async def test_interception_is_named_with_the_issuer(tmp_path: Path) -> None:
    """A box in between presents a certificate of its own authority."""
    box = authority("Corporate Inspection CA")

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    context = server_context(issue(box), tmp_path)
    async with tcp_server(silent, context) as port, world(tmp_path) as one:
        state = load_state(one.folder / "connector-erp")
        content = ConnectorContent("other", ACME, "other", mappings=(erp_mapping(one.backend.port),))
        other = await one.run_connector(content, replace(state, gateways=(f"127.0.0.1:{port}",)), wait=False)
        event = await other.next_event()
        assert isinstance(event, Disconnected)
        assert event.reason.code == "tunnel.intercepted"
        assert "Corporate Inspection CA" in event.reason.sentence
        assert event.retry_in is not None, "the box may be configured away"


async def test_a_changed_configuration_counts_at_once_and_touches_no_open_stream(tmp_path: Path) -> None:
    async with world(tmp_path) as one:
        token = await one.token()
        connector = one.connectors["erp"]
        slow = asyncio.create_task(ask(one.door, request("http://erp.virtual/slow?seconds=1", token)))
        await one.backend.until(lambda backend: backend.connections.open > 0)
        moved = replace(connector.content, mappings=(erp_mapping(one.backend.port, virtual="new.virtual"),))
        await connector.connector.reconfigure(moved)
        assert (await ask(one.door, request("http://new.virtual/echo", token))).status == 200
        gone = await ask(one.door, request("http://erp.virtual/echo", token))
        assert gone.fault == "connector.system-not-exposed"
        assert (await slow).status == 200
        exposed = one.cloud.gateway.connectors()[0].exposed
        assert [system["host"] for system in exposed] == ["new.virtual:80"]
