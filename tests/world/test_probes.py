"""What the cloud side may look at through a connector, and what it may not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

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
from landbridge.testing.world import ACME, RunningConnector, World, erp_mapping, world

pytestmark = pytest.mark.anyio


@dataclass
class Stage:
    """A world, and for each test a connector at a location of its own."""

    running: World
    location: str

    async def add(self, *mappings: Mapping, **more: Any) -> RunningConnector:
        mappings = mappings or (erp_mapping(self.running.backend.port),)
        return await self.running.add_connector(
            ConnectorContent(self.location, ACME, self.location, mappings=mappings, **more)
        )

    async def text(
        self, host: str = "erp.virtual", port: int = 80, path: str = "/", kind: str = "http", seconds: float = 2.0
    ) -> str:
        return await self.running.cloud.gateway.look(ACME, self.location, kind, host, port, path, seconds)

    async def look(
        self, host: str = "erp.virtual", port: int = 80, path: str = "/", kind: str = "http", seconds: float = 2.0
    ) -> Evidence:
        return restored((await self.text(host, port, path, kind, seconds)).encode())


@pytest.fixture(scope="module")
async def running(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("world"), connectors=[]) as found:
        yield found


_numbers = count()


@pytest.fixture
def here(running: World) -> Stage:
    return Stage(running, f"plant{next(_numbers)}")


def audited(here: Stage, folder: str) -> list[str]:
    files = sorted((here.running.folder / folder / "audit").glob("*.jsonl"))
    lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    return [record["data"]["action"] + ": " + record["data"]["message"] for record in lines]


async def test_a_mapping_is_looked_at_from_where_the_connector_stands(here: Stage) -> None:
    await here.add()
    seen = await here.look()
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


async def test_internal_names_and_addresses_stay_with_the_connector(here: Stage) -> None:
    await here.add()
    text = await here.text()
    assert "127.0.0.1" not in text
    assert str(here.running.backend.port) not in text
    (resolved,) = restored(text.encode()).all(NameResolved)
    assert resolved.host == "erp.virtual"
    assert resolved.addresses == ("internal address 1",)


async def test_an_operator_may_let_them_out(here: Stage) -> None:
    mapping = erp_mapping(here.running.backend.port)
    await here.add(mapping, probes_tell_internal=True)
    seen = await here.look()
    (tried,) = seen.all(AddressTried)
    assert (tried.address, tried.port) == ("127.0.0.1", here.running.backend.port)


@pytest.mark.parametrize(
    ("host", "port", "kind", "code"),
    [
        ("127.0.0.1", 22, "http", "connector.system-not-exposed"),
        ("erp.virtual", 81, "http", "connector.system-not-exposed"),
        ("db.virtual", 80, "tcp", "connector.system-not-exposed"),
        ("erp.virtual", 80, "tcp", "connector.other-protocol"),
    ],
)
async def test_what_is_no_mapping_is_refused_and_put_on_record_on_both_sides(
    here: Stage, host: str, port: int, kind: str, code: str
) -> None:
    await here.add()
    with pytest.raises(FaultError) as caught:
        await here.look(host, port, kind=kind)
    assert caught.value.fault.code == code
    assert "ACCESS_DENIED: probe denied" in audited(here, f"connector-{here.location}")
    assert "probe system: access denied" in audited(here, "cloud")


async def test_a_connector_that_wants_no_probes_says_so(here: Stage) -> None:
    await here.add(probes=ProbeScope.OFF)
    with pytest.raises(FaultError) as caught:
        await here.look()
    assert caught.value.fault.code == "connector.probes-off"


async def test_a_change_to_off_counts_at_once(here: Stage) -> None:
    connector = await here.add()
    assert (await here.look()).steps
    await connector.connector.reconfigure(replace(connector.content, probes=ProbeScope.OFF))
    with pytest.raises(FaultError) as caught:
        await here.look()
    assert caught.value.fault.code == "connector.probes-off"
    assert "ACCESS_DENIED: probe denied" in audited(here, f"connector-{here.location}")


async def test_a_path_that_is_not_exposed_is_not_requested_and_the_backend_is_looked_at_all_the_same(
    here: Stage,
) -> None:
    mapping = erp_mapping(here.running.backend.port, Resource("/sap/opu"))
    await here.add(mapping)
    seen = await here.look(path="/sap/Opu/x")
    (found,) = seen.all(MappingSeen)
    assert found.decision == "connector.resource-not-exposed"
    assert (found.rule, found.position, found.differs_in_case) == ("/sap/opu", 5, True)
    assert seen.all(BackendConnected)[0].good
    assert not seen.all(BackendAnswered)


async def test_a_mapping_of_bare_connections(here: Stage) -> None:
    mapping = Mapping("db.virtual", 1433, "127.0.0.1", here.running.backend.port, protocol=Protocol.TCP)
    await here.add(mapping)
    seen = await here.look("db.virtual", 1433, kind="tcp")
    assert seen.all(BackendConnected)[0].good
    assert not seen.all(BackendAnswered)


async def test_probes_are_limited_and_nothing_is_left_behind(here: Stage) -> None:
    """A backend that accepts and says nothing; more questions than are made at once; and askers who go away."""
    accepted = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        connector = await here.add(erp_mapping(port))
        asking = [asyncio.create_task(here.look()) for _ in range(6)]
        await accepted.wait()
        (session,) = connector.connector.sessions
        outcomes = await asyncio.gather(*asking[4:], return_exceptions=True)
        codes = [one.fault.code for one in outcomes if isinstance(one, FaultError)]
        assert codes == ["connector.probes-busy"] * 2
        for task in asking[:4]:
            task.cancel()
        await asyncio.gather(*asking[:4], return_exceptions=True)
        async with asyncio.timeout(5):
            while session._answering._tasks:  # noqa: ASYNC110 - the messages cross the tunnel
                await asyncio.sleep(0.01)


async def test_no_connector_is_no_answer(here: Stage) -> None:
    with pytest.raises(FaultError) as caught:
        await here.look()
    assert caught.value.fault.code in ("tunnel.no-connector", "tunnel.unknown-location")


async def test_a_tunnel_that_ends_ends_the_question(here: Stage) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        here.running.connectors[here.location].connector.abort()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await here.add(erp_mapping(port))
        with pytest.raises(FaultError) as caught:
            await here.look()
        assert caught.value.fault.code == "tunnel.closed"


async def test_a_ping_measures_the_line(here: Stage) -> None:
    await here.add()
    took = await here.running.cloud.gateway.ping(ACME, here.location, 5.0)
    assert took is not None
    assert 0 <= took < 5


@pytest.mark.parametrize(
    ("says", "code"),
    [
        (b"220 mail.example ready\r\n", "backend.closed"),
        (b"\x00" * 100_000, "backend.answer-invalid"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", "backend.answer-invalid"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", "backend.answer-invalid"),
        (b"", "backend.closed"),
    ],
    ids=["another protocol", "garbage", "a long line", "many headers", "nothing"],
)
async def test_what_hostile_backends_say_ends_in_a_named_step(here: Stage, says: bytes, code: str) -> None:
    async def hostile(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(says)
        writer.close()

    async with await asyncio.start_server(hostile, "127.0.0.1", 0) as server:
        await here.add(erp_mapping(server.sockets[0].getsockname()[1]))
        seen = await here.look()
    (answered,) = seen.all(BackendAnswered)
    assert answered.code == code


async def test_a_backend_that_stays_silent_costs_the_time_that_was_given(here: Stage) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        await here.add(erp_mapping(server.sockets[0].getsockname()[1]))
        seen = await here.look(seconds=0.2)
    (answered,) = seen.all(BackendAnswered)
    assert answered.code == "backend.silent"
    assert 190 <= answered.milliseconds < 2000
