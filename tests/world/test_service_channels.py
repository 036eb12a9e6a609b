"""Service channels: a client on-premise reaches a service of the cloud side, and only a mapped one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from landbridge.faults import FaultError
from landbridge.model.landscape import ConnectorContent
from landbridge.model.service_channel import ServiceChannel, ServiceMapping
from landbridge.testing.world import ACME, GLOBEX, World, subaccount, world
from tests.world.backends import tcp_server
from tests.world.test_audit import cloud
from tests.world.test_socks import echo

pytestmark = pytest.mark.anyio


def content(*channels: ServiceChannel, location: str = "") -> ConnectorContent:
    return ConnectorContent("erp", ACME, location, service_channels=channels)


async def connect(running: World, service: str = "orders.db") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    port = running.connectors["erp"].connector.channels.port_of(service)
    return await asyncio.open_connection("127.0.0.1", port)


async def talk(running: World, sent: bytes, service: str = "orders.db") -> bytes:
    """Everything that comes back; a refusal is a reset."""
    reader, writer = await connect(running, service)
    writer.write(sent)
    writer.write_eof()
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    except ConnectionError:
        return b"<reset>"
    finally:
        writer.close()


def mapping(port: int, subaccount: str = ACME, locations: tuple[str, ...] = ("",)) -> ServiceMapping:
    return ServiceMapping(subaccount, "orders.db", "127.0.0.1", port, locations)


async def test_bytes_flow_both_ways_and_end(tmp_path: Path) -> None:
    body = bytes(range(256)) * 4096
    async with tcp_server(echo) as port, world(tmp_path, connectors=[content(ServiceChannel("orders.db", 0))]) as one:
        one.cloud.gateway.services.replace([mapping(port)])
        assert await talk(one, body) == body + b"<end>"


async def test_a_service_that_speaks_first(tmp_path: Path) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello from the cloud")
        writer.close()

    async with (
        tcp_server(greet) as port,
        world(tmp_path, connectors=[content(ServiceChannel("orders.db", 0))]) as one,
    ):
        one.cloud.gateway.services.replace([mapping(port)])
        assert await talk(one, b"") == b"hello from the cloud"


@pytest.mark.parametrize(
    ("subaccount", "locations"), [(GLOBEX, ("",)), (ACME, ("elsewhere",)), (ACME, ())], ids=["tenant", "place", "none"]
)
async def test_only_the_mapping_of_subaccount_and_location_counts(
    tmp_path: Path, subaccount: str, locations: tuple[str, ...]
) -> None:
    reached = asyncio.Event()

    async def mark(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        writer.close()

    async with tcp_server(mark) as port, world(tmp_path, connectors=[content(ServiceChannel("orders.db", 0))]) as one:
        one.cloud.gateway.services.replace([mapping(port, subaccount, locations)])
        assert await talk(one, b"x") == b"<reset>"
        assert not reached.is_set()
        (denied,) = cloud(one, action="open service channel")
    assert (denied["tenant"], denied["data"]["message"], denied["data"]["service"]) == (
        ACME,
        "access denied",
        "orders.db",
    )
    assert denied["data"]["reason"].startswith("channel.service-not-mapped: ")
    assert denied["data"]["clientId"] == one.connectors["erp"].state.connector_id


def named(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Codes of the faults in the log; a client without a handshake can be told nothing."""
    return [fault for record in caplog.records if (fault := record.__dict__.get("fault")) is not None]


async def test_a_service_that_is_down_and_a_tunnel_that_is_not_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with tcp_server(echo) as port:
        closed = port
    async with world(tmp_path, connectors=[content(ServiceChannel("orders.db", 0))]) as one:
        one.cloud.gateway.services.replace([mapping(closed)])
        assert await talk(one, b"x") == b"<reset>"
        assert set(named(caplog)) == {"channel.service-unreachable"}, "at both ends"
        told = {record.name: record.__dict__ for record in caplog.records if record.__dict__.get("fault")}
        assert told["landbridge.gateway.services"]["internal"] == f"127.0.0.1:{closed}"
        assert str(closed) not in told["landbridge.connector.channels"]["message"]
        connector = one.connectors["erp"].connector
        for session in connector.sessions:
            session.link.abort()
            await session.closed
        caplog.clear()
        assert await talk(one, b"x") == b"<reset>"
        assert "channel.no-tunnel" in named(caplog)


async def test_a_local_port_that_is_taken(tmp_path: Path) -> None:
    async with tcp_server(echo) as port, world(tmp_path) as one:
        connector = one.connectors["erp"].connector
        with pytest.raises(FaultError, match="cannot listen on 127") as caught:
            await connector.reconfigure(content(ServiceChannel("orders.db", port), ServiceChannel("more", 0)))
        assert caught.value.fault.code == "channel.port-unusable"
        assert connector.channels.port_of("more"), "the others are open"


async def test_channels_follow_the_configuration(tmp_path: Path) -> None:
    async with tcp_server(echo) as port, world(tmp_path, connectors=[content(ServiceChannel("orders.db", 0))]) as one:
        one.cloud.gateway.services.replace([mapping(port)])
        reader, writer = await connect(one)
        connector = one.connectors["erp"].connector
        await connector.reconfigure(content(ServiceChannel("orders.db", 0), ServiceChannel("more", 0)))
        writer.write(b"still here")
        assert await reader.readexactly(10) == b"still here", "what stays is not touched"
        assert connector.channels.port_of("more")
        await connector.reconfigure(content())
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()


async def test_the_mappings_of_the_landscape_count(tmp_path: Path) -> None:
    async with tcp_server(echo) as port:
        acme = replace(subaccount(ACME, "acme"), service_mappings=(mapping(port),))
        channel = content(ServiceChannel("orders.db", 0))
        async with world(tmp_path, connectors=[channel], subaccounts=[acme]) as one:
            async with asyncio.timeout(10):
                while await talk(one, b"x") == b"<reset>":
                    pass
            assert await talk(one, b"kept") == b"kept<end>"
