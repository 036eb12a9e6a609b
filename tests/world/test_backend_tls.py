"""HTTPS backends: trusted, untrusted, and none at all (cloud-connector §4.1 step 6)."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from landbridge.connector.settings import ConnectorSettings
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Protocol, Resource
from landbridge.testing.sample_backend import SampleBackend
from landbridge.testing.world import ACME, World, world
from tests.world.backends import Connection, raw_backend
from tests.world.certificates import Pair, authority, issue, server_context
from tests.world.client import Answer, ask, request

pytestmark = pytest.mark.anyio


@dataclass
class Scene:
    world: World
    trusted: Pair
    folder: Path

    async def call(self, port: int, host: str = "127.0.0.1", *, trust: bool = True, path: str = "/echo") -> Answer:
        """Ask an HTTPS mapping to that port; the connector trusts the test's authority, or nobody."""
        ca = self.folder / "ca.pem"
        ca.write_text(self.trusted.certificate_pem)
        mapping = Mapping("erp.virtual", 80, host, port, Protocol.HTTPS, resources=(Resource("/"),))
        name = f"{host}-{port}-{trust}"
        files = (str(ca),) if trust else ()
        await self.world.add_connector(ConnectorContent(name, ACME, name, mappings=(mapping,), trusted_ca_files=files))
        location = f"SAP-Connectivity-SCC-Location_ID: {name}"
        return await ask(self.world.door, request(f"http://erp.virtual{path}", await self.world.token(), location))


@pytest.fixture(scope="module")
async def scene(anyio_backend: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    folder = tmp_path_factory.mktemp("world")
    settings = ConnectorSettings(connect_timeout=1.0)
    async with world(folder, connectors=(), connector_settings=settings) as running:
        yield Scene(running, authority(), folder)


def tls(scene: Scene, pair: Pair) -> ssl.SSLContext:
    return server_context(pair, scene.folder)


async def test_trusted(scene: Scene) -> None:
    async with SampleBackend(tls=tls(scene, issue(scene.trusted))) as backend:
        answer = await scene.call(backend.port)
        assert (answer.status, answer.json["target"]) == (200, "/echo")
        large = await scene.call(backend.port, path="/large?bytes=300000&chunked=1")
        assert len(large.body) == 300_000


async def test_issued_by_somebody_else(scene: Scene) -> None:
    async with SampleBackend(tls=tls(scene, issue(authority()))) as backend:
        answer = await scene.call(backend.port)
        assert (answer.status, answer.fault) == (502, "backend.certificate-untrusted")
        start = b"Unable to open connection to backend system erp.virtual:80. "
        assert answer.body == start + b"The certificate of the backend is not trusted."
        assert not backend.seen


async def test_an_empty_trust_store_trusts_nothing(scene: Scene) -> None:
    async with SampleBackend(tls=tls(scene, issue(scene.trusted))) as backend:
        assert (await scene.call(backend.port, trust=False)).fault == "backend.certificate-untrusted"


async def test_expired(scene: Scene) -> None:
    async with SampleBackend(tls=tls(scene, issue(scene.trusted, age=30))) as backend:
        answer = await scene.call(backend.port)
        assert answer.fault == "backend.certificate-untrusted"
        assert "expired" in (answer.header("x-error-message") or "")


async def test_issued_for_another_name(scene: Scene) -> None:
    async with SampleBackend(tls=tls(scene, issue(scene.trusted, address="10.1.2.3"))) as backend:
        answer = await scene.call(backend.port)
        assert answer.fault == "backend.certificate-untrusted"
        message = answer.header("x-error-message") or ""
        assert message.endswith("it is for another address than the internal one.")
        assert "127.0.0.1" not in f"{answer.headers}{answer.body!r}"
        (trouble,) = scene.world.connectors[f"127.0.0.1-{backend.port}-True"].connector.status().troubles
        assert trouble.internal.startswith(f"127.0.0.1:{backend.port} (IP address mismatch")


async def test_issued_for_another_host_name(scene: Scene) -> None:
    async with SampleBackend(tls=tls(scene, issue(scene.trusted, address="10.1.2.3"))) as backend:
        answer = await scene.call(backend.port, "localhost")
        assert answer.fault == "backend.certificate-untrusted"
        assert (answer.header("x-error-message") or "").endswith("it is for another host than the internal one.")
        assert "localhost" not in f"{answer.headers}{answer.body!r}"


async def test_the_failure_of_the_address_that_answered_counts(scene: Scene) -> None:
    """localhost may have two addresses, of which only one listens."""
    async with SampleBackend(tls=tls(scene, issue(authority()))) as backend:
        assert (await scene.call(backend.port, "localhost")).fault == "backend.certificate-untrusted"


async def test_a_port_that_speaks_plain_http(scene: Scene) -> None:
    async with SampleBackend() as backend:
        answer = await scene.call(backend.port)
        assert (answer.status, answer.fault) == (502, "backend.tls-failed")
        start = b"Unable to open connection to backend system erp.virtual:80. "
        assert answer.body == start + b"The TLS handshake failed."


async def test_a_port_that_answers_the_handshake_with_something_else(scene: Scene) -> None:
    async def bad_request(connection: Connection) -> None:
        connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.writer.close()

    async with raw_backend(bad_request) as backend:
        assert (await scene.call(backend.port)).fault == "backend.tls-failed"


async def close_at_once(connection: Connection) -> None:
    connection.reset()


async def test_a_port_that_hangs_up_in_the_handshake(scene: Scene) -> None:
    async with raw_backend(close_at_once) as backend:
        assert (await scene.call(backend.port)).fault == "backend.tls-failed"


async def test_a_plain_mapping_to_a_tls_port(erp: World, scene: Scene) -> None:
    async with SampleBackend(tls=tls(scene, issue(scene.trusted))) as backend:
        mapping = Mapping("erp.virtual", 80, "127.0.0.1", backend.port, resources=(Resource("/"),))
        await erp.add_connector(ConnectorContent("plain", ACME, "plain", mappings=(mapping,)))
        lines = ("SAP-Connectivity-SCC-Location_ID: plain",)
        answer = await ask(erp.door, request("http://erp.virtual/echo", await erp.token(), *lines))
        assert (answer.status, answer.fault) in ((502, "backend.closed"), (502, "backend.answer-invalid"))
