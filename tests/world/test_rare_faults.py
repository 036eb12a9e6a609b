"""Faults that the other stories do not meet, each brought about by what it is about."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from landbridge.connector.settings import ConnectorSettings
from landbridge.connector.state.configuration import save_configuration
from landbridge.connector.watch import watch
from landbridge.faults import FaultError
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Resource
from landbridge.settings import DoorSettings
from landbridge.testing.world import ACME, World, world
from tests.world.backends import Connection, raw_backend
from tests.world.client import Client, ask, request
from tests.world.peers import FakeConnector
from tests.world.test_socks import connect

pytestmark = pytest.mark.anyio

MULTICAST = "224.0.0.1"
"""No TCP connection leads to a group, on any machine: the kernel says that the network is unreachable."""


@pytest.fixture(scope="module")
async def running(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Connectors that lose patience soon and serve two streams."""
    settings = ConnectorSettings(body_idle_timeout=0.3, stream_limit=2)
    door = DoorSettings(head_timeout=0.3)
    async with world(tmp_path_factory.mktemp("world"), connector_settings=settings, door=door) as one:
        yield one


async def expose(running: World, name: str, host: str, port: int) -> str:
    """A connector at a location of its own; the header line that leads to it."""
    mapping = Mapping("far.virtual", 80, host, port, resources=(Resource("/"),))
    await running.add_connector(ConnectorContent(name, ACME, name, mappings=(mapping,)))
    return f"SAP-Connectivity-SCC-Location_ID: {name}"


async def test_no_way_to_the_internal_host(running: World) -> None:
    line = await expose(running, "no-way", MULTICAST, 80)
    answer = await ask(running.door, request("http://far.virtual/", await running.token(), line))
    assert (answer.status, answer.fault) == (502, "backend.unreachable")
    assert answer.body == (
        b"Unable to open connection to backend system far.virtual:80. The internal host is unreachable."
    )
    assert MULTICAST not in str(answer.headers)


async def deaf(connection: Connection) -> None:
    """Read the head and nothing more: what the kernel holds is soon full."""
    await connection.head()
    await asyncio.Event().wait()


async def test_a_backend_that_does_not_read_the_upload(running: World) -> None:
    async with raw_backend(deaf) as backend:
        line = await expose(running, "deaf", "127.0.0.1", backend.port)
        async with await Client.open(running.door) as client:
            length = f"Content-Length: {2**30}"
            await client.send(request("http://far.virtual/", await running.token(), line, length, method="POST"))
            upload = asyncio.create_task(_pour(client))
            answer = await client.answer()
            upload.cancel()
        assert (answer.status, answer.fault) == (504, "backend.upload-stalled")


async def _pour(client: Client) -> None:
    with contextlib.suppress(ConnectionError):
        for _ in range(2**10):
            await client.send(bytes(2**20))


async def test_a_connector_serves_so_many_streams(running: World) -> None:
    token = await running.token()
    clients = [await Client.open(running.door) for _ in range(2)]
    for client in clients:
        await client.send(request("http://erp.virtual/silent", token))
    await running.backend.until(lambda backend: backend.connections.open == 2)
    answer = await ask(running.door, request("http://erp.virtual/", token))
    assert (answer.status, answer.fault) == (503, "connector.overloaded")
    for client in clients:
        client.abort()
    await running.backend.until(lambda backend: backend.connections.open == 0)
    assert (await ask(running.door, request("http://erp.virtual/", token))).status == 200


async def test_a_socks_handshake_that_does_not_end(running: World) -> None:
    refusals = running.cloud.gateway.socks_door.counters.refusals
    reader, writer = await connect(running)
    writer.write(b"\x05\x01\x80\x01\x00")
    async with asyncio.timeout(10):
        assert await reader.read() == b"\x05\x80"
    writer.close()
    assert refusals["socks.request-timeout"] == 1


async def test_another_location_id_takes_a_restart(
    running: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    erp = running.connectors["erp"]
    save_configuration(tmp_path, erp.content)
    watching = asyncio.create_task(watch(erp.connector, tmp_path, 0.01))
    try:
        with caplog.at_level(logging.INFO, "landbridge.connector.watch"):
            await asyncio.sleep(0)  # it has seen what is there
            save_configuration(tmp_path, replace(erp.content, location_id="moved"))
            async with asyncio.timeout(10):
                while not caplog.records:  # noqa: ASYNC110 - a line of the log is no event
                    await asyncio.sleep(0.01)
    finally:
        watching.cancel()
    assert [record.__dict__["fault"] for record in caplog.records] == ["connector.restart-needed"]
    assert (await ask(running.door, request("http://erp.virtual/", await running.token()))).status == 200


@contextlib.contextmanager
def no_more_files() -> Iterator[None]:
    """This process may open nothing: neither a file nor a socket."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.dup(0)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_a_connector_that_may_open_no_more_sockets(running: World) -> None:
    token = await running.token()
    async with await Client.open(running.door) as client:
        assert (await client.ask(request("http://erp.virtual/"))).status == 407, "the door has taken the connection"
        with no_more_files():
            answer = await client.ask(request("http://erp.virtual/", token))
        assert (answer.status, answer.fault) == (503, "connector.exhausted")
        assert (await client.ask(request("http://erp.virtual/", token))).status == 200


async def test_a_connector_that_knows_no_probes(running: World) -> None:
    """An older one, whose Hello does not speak of them."""
    idle = await running.add_connector(ConnectorContent("old", ACME, "old"))
    await idle.connector.stop()
    await idle.done
    async with FakeConnector.dial(running, idle.state) as peer:
        await peer.welcome()
        await running.cloud.gateway.wait_for_connector(ACME, "old")
        session = running.cloud.gateway.registry.find(ACME, "old")
        with pytest.raises(FaultError) as caught:
            await session.look("http", "erp.virtual", 80, "/", 1.0, 1.0)
        assert caught.value.fault.code == "connector.probes-unknown"
