"""One client connection, one backend connection (connectivity-proxy §4.5, §4.6)."""

from __future__ import annotations

import asyncio

import pytest

from landbridge.model.landscape import ConnectorContent
from landbridge.testing.world import ACME, World, erp_mapping
from tests.world.backends import Connection, raw_backend
from tests.world.client import Client, request

pytestmark = pytest.mark.anyio

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def connection_of(client: Client, token: str) -> int:
    """Which of the backend's connections a request of that client arrives on."""
    number: int = (await client.ask(request("http://erp.virtual/echo", token))).json["connection"]
    return number


async def test_the_same_client_connection_has_the_same_backend_connection(erp: World) -> None:
    token = await erp.token()
    async with await Client.open(erp.door) as one, await Client.open(erp.door) as other:
        first = [await connection_of(client, token) for client in (one, other)]
        again = [await connection_of(client, token) for client in (one, other)]
        one.abort()
        await erp.backend.until(lambda backend: backend.connections.open == 1)
        assert await connection_of(other, token) == first[1]
    assert first == again
    assert first[0] != first[1]


async def test_the_clients_end_is_the_backend_connections_end(erp: World) -> None:
    token = await erp.token()
    clients = [await Client.open(erp.door) for _ in range(20)]
    await asyncio.gather(*(connection_of(client, token) for client in clients))
    assert erp.backend.connections.open >= 20
    for client in clients:
        client.writer.close()
    await erp.backend.until(lambda backend: backend.connections.open == 0)
    assert erp.backend.connections.broken == 0


async def test_a_kept_connection_that_the_backend_closed_meanwhile(erp: World) -> None:
    """The next request finds out only by its failure: repeated when that is safe, a fault when it is not."""
    alive = asyncio.Event()

    async def one_answer(connection: Connection) -> None:
        """Answers once; with the next request it dies, as if it had been closed just before."""
        await connection.head()
        connection.send(OK)
        await connection.head()
        if not alive.is_set():
            connection.reset()
        connection.send(OK)

    async with raw_backend(one_answer) as backend:
        await erp.add_connector(ConnectorContent("flaky", ACME, "flaky", mappings=(erp_mapping(backend.port),)))
        where = "SAP-Connectivity-SCC-Location_ID: flaky"
        token = await erp.token()
        get = request("http://erp.virtual/", token, where)
        post = request("http://erp.virtual/", token, where, method="POST", body=b"x")
        async with await Client.open(erp.door) as client:
            assert (await client.ask(get)).status == 200
            assert (await client.ask(get)).status == 200, "repeated on a new connection"
            assert len(backend.connections) == 2
            answer = await client.ask(post)
            assert (answer.status, answer.fault) == (502, "backend.closed")
            assert len(backend.connections) == 2, "a write is not repeated"
            assert (await client.ask(get)).status == 200
        alive.set()
        for connection in backend.connections:
            await connection.closed.wait()


async def test_a_backend_that_closes_after_each_answer(erp: World) -> None:
    async def once(connection: Connection) -> None:
        await connection.head()
        connection.send(OK)
        connection.writer.close()

    async with raw_backend(once) as backend:
        await erp.add_connector(ConnectorContent("once", ACME, "once", mappings=(erp_mapping(backend.port),)))
        where = "SAP-Connectivity-SCC-Location_ID: once"
        data = request("http://erp.virtual/", await erp.token(), where)
        async with await Client.open(erp.door) as client:
            for number in range(1, 5):
                assert (await client.ask(data)).status == 200
                await backend.connections[number - 1].closed.wait()
