"""What the cloud side may look at through a connector, and what it may not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from landbridge.checks.evidence import Evidence, restored
from landbridge.checks.observations import (
    AddressTried,
    BackendAnswered,
    BackendConnected,
    ConnectorState,
    MappingSeen,
    NameResolved,
)
from landbridge.faults import FaultError
from landbridge.model.landscape import ConnectorContent, ProbeScope
from landbridge.model.mapping import Mapping, Protocol, Resource
from landbridge.testing.world import ACME, World, erp_mapping, world

pytestmark = pytest.mark.anyio


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, connectors=[]) as running:
        yield running


async def look(here: World, host: str = "erp.virtual", port: int = 80, path: str = "/", kind: str = "http") -> Evidence:
    text = await here.cloud.gateway.look(ACME, "", kind, host, port, path, 2.0)
    return restored(text.encode())


def audited(here: World, folder: str) -> list[str]:
    files = sorted((here.folder / folder / "audit").glob("*.jsonl"))
    lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    return [record["data"]["action"] + ": " + record["data"]["message"] for record in lines]


async def test_a_mapping_is_looked_at_from_where_the_connector_stands(here: World) -> None:
    await here.add_connector(ConnectorContent("erp", ACME, mappings=(erp_mapping(here.backend.port),)))
    seen = await look(here)
    (state,) = seen.all(ConnectorState)
    assert state.compat_version == "2.19.0"
    assert state.issuers == 1
    (mapping,) = seen.all(MappingSeen)
    assert (mapping.decision, mapping.protocol) == ("", "HTTP")
    (connected,) = seen.all(BackendConnected)
    assert connected.good
    (answered,) = seen.all(BackendAnswered)
    assert 200 <= answered.status < 500
    assert all(step.passed for step in seen.steps)


async def test_internal_names_and_addresses_stay_with_the_connector(here: World) -> None:
    await here.add_connector(ConnectorContent("erp", ACME, mappings=(erp_mapping(here.backend.port),)))
    text = await here.cloud.gateway.look(ACME, "", "http", "erp.virtual", 80, "/", 2.0)
    assert "127.0.0.1" not in text
    assert str(here.backend.port) not in text
    (resolved,) = restored(text.encode()).all(NameResolved)
    assert resolved.host == "erp.virtual"
    assert resolved.addresses == ("internal address 1",)


async def test_an_operator_may_let_them_out(here: World) -> None:
    mapping = erp_mapping(here.backend.port)
    await here.add_connector(ConnectorContent("erp", ACME, mappings=(mapping,), probes_tell_internal=True))
    seen = await look(here)
    (tried,) = seen.all(AddressTried)
    assert (tried.address, tried.port) == ("127.0.0.1", here.backend.port)


@pytest.mark.parametrize(
    ("host", "port", "kind"),
    [("127.0.0.1", 22, "http"), ("erp.virtual", 81, "http"), ("db.virtual", 80, "tcp"), ("erp.virtual", 80, "tcp")],
)
async def test_what_is_no_mapping_is_refused_and_put_on_record_on_both_sides(
    here: World, host: str, port: int, kind: str
) -> None:
    await here.add_connector(ConnectorContent("erp", ACME, mappings=(erp_mapping(here.backend.port),)))
    with pytest.raises(FaultError) as caught:
        await look(here, host, port, kind=kind)
    assert caught.value.fault.code == "connector.system-not-exposed"
    assert "ACCESS_DENIED: probe denied" in audited(here, "connector-erp")
    assert "probe system: access denied" in audited(here, "cloud")


async def test_a_connector_that_wants_no_probes_says_so(here: World) -> None:
    content = ConnectorContent("erp", ACME, mappings=(erp_mapping(here.backend.port),), probes=ProbeScope.OFF)
    await here.add_connector(content)
    with pytest.raises(FaultError) as caught:
        await look(here)
    assert caught.value.fault.code == "connector.probes-off"


async def test_a_change_to_off_counts_at_once(here: World) -> None:
    content = ConnectorContent("erp", ACME, mappings=(erp_mapping(here.backend.port),))
    running = await here.add_connector(content)
    assert (await look(here)).steps
    await running.connector.reconfigure(replace(content, probes=ProbeScope.OFF))
    with pytest.raises(FaultError) as caught:
        await look(here)
    assert caught.value.fault.code == "connector.probes-off"
    assert "ACCESS_DENIED: probe denied" in audited(here, "connector-erp")


async def test_a_path_that_is_not_exposed_is_not_requested_and_the_backend_is_looked_at_all_the_same(
    here: World,
) -> None:
    mapping = erp_mapping(here.backend.port, Resource("/sap/opu"))
    await here.add_connector(ConnectorContent("erp", ACME, mappings=(mapping,)))
    seen = await look(here, path="/sap/Opu/x")
    (found,) = seen.all(MappingSeen)
    assert found.decision == "connector.resource-not-exposed"
    assert (found.rule, found.position, found.differs_in_case) == ("/sap/opu", 5, True)
    assert seen.all(BackendConnected)[0].good
    assert not seen.all(BackendAnswered)


async def test_a_mapping_of_bare_connections(here: World) -> None:
    mapping = Mapping("db.virtual", 1433, "127.0.0.1", here.backend.port, protocol=Protocol.TCP)
    await here.add_connector(ConnectorContent("erp", ACME, mappings=(mapping,)))
    seen = await look(here, "db.virtual", 1433, kind="tcp")
    assert seen.all(BackendConnected)[0].good
    assert not seen.all(BackendAnswered)


async def test_probes_are_limited_and_nothing_is_left_behind(here: World) -> None:
    """A backend that accepts and says nothing; more questions than are made at once; and askers who go away."""
    accepted = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        running = await here.add_connector(ConnectorContent("erp", ACME, mappings=(erp_mapping(port),)))
        asking = [asyncio.create_task(look(here)) for _ in range(6)]
        await accepted.wait()
        (session,) = running.connector.sessions
        outcomes = await asyncio.gather(*asking[4:], return_exceptions=True)
        codes = [one.fault.code for one in outcomes if isinstance(one, FaultError)]
        assert codes == ["connector.probes-busy"] * 2
        for task in asking[:4]:
            task.cancel()
        await asyncio.gather(*asking[:4], return_exceptions=True)
        async with asyncio.timeout(5):
            while session._answering._tasks:  # noqa: ASYNC110 - the messages cross the tunnel
                await asyncio.sleep(0.01)


async def test_no_connector_is_no_answer(here: World) -> None:
    with pytest.raises(FaultError) as caught:
        await look(here)
    assert caught.value.fault.code == "tunnel.no-connector"


async def test_a_tunnel_that_ends_ends_the_question(here: World) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        here.connectors["erp"].connector.abort()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await here.add_connector(ConnectorContent("erp", ACME, mappings=(erp_mapping(port),)))
        with pytest.raises(FaultError) as caught:
            await look(here)
        assert caught.value.fault.code == "tunnel.closed"


async def test_a_ping_measures_the_line(here: World) -> None:
    await here.add_connector(ConnectorContent("erp", ACME, mappings=(erp_mapping(here.backend.port),)))
    took = await here.cloud.gateway.ping(ACME, "", 5.0)
    assert took is not None
    assert 0 <= took < 5
