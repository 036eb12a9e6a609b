"""The availability check of a mapping against real servers (cloud-connector §5)."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.x509.oid import NameOID

from landbridge.connector.availability import Availability, check_availability
from landbridge.connector.policy import policy_of
from landbridge.connector.propagation.trust_list import TrustList
from landbridge.connector.settings import ConnectorSettings
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Protocol
from landbridge.model.propagation import KeyFiles
from landbridge.testing.sample_backend import SampleBackend
from landbridge.testing.world import ACME
from tests.world.backends import tcp_server
from tests.world.certificates import authority, issue, server_context
from tests.world.test_socks import echo

pytestmark = pytest.mark.anyio


async def check(folder: Path, mapping: Mapping, content: ConnectorContent | None = None) -> Availability:
    content = replace(content or ConnectorContent("erp", ACME), mappings=(mapping,))
    policy = policy_of(content, folder, TrustList(), time.time)
    return await check_availability(mapping, policy, ConnectorSettings(connect_timeout=5))


def mapping(port: int, protocol: Protocol = Protocol.HTTP) -> Mapping:
    return Mapping("erp.virtual", 80, "127.0.0.1", port, protocol)


async def test_any_http_answer_counts(tmp_path: Path) -> None:
    async with SampleBackend() as backend:
        outcome = await check(tmp_path, mapping(backend.port))
        assert outcome.is_reachable
        assert outcome.details == ("answers HEAD / with 200",)
        assert (backend.seen[0].method, backend.seen[0].target) == ("HEAD", "/")


async def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    async with tcp_server(echo) as port:
        open_port = port
        outcome = await check(tmp_path, mapping(port, Protocol.TCP))
        assert outcome.is_reachable
    for protocol in (Protocol.HTTP, Protocol.TCP, Protocol.LDAPS):
        outcome = await check(tmp_path, mapping(open_port, protocol))
        assert outcome.problem is not None
        assert outcome.problem.code == "backend.refused"


async def test_a_server_that_hangs_up_or_speaks_something_else(tmp_path: Path) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.close()

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 smtp ready\r\n\r\n")
        await reader.read()
        writer.close()

    for handler, expected in ((hang_up, "backend.closed"), (babble, "backend.answer-invalid")):
        async with tcp_server(handler) as port:
            outcome = await check(tmp_path, mapping(port))
            assert outcome.problem is not None
            # A greeting before the request is an answer that nobody asked for: the connection is given up at once.
            assert outcome.problem.code in (expected, "backend.closed")


async def test_tls_trust_and_mutual_verdict(tmp_path: Path) -> None:
    ca = authority()
    server = server_context(issue(ca), tmp_path)
    (tmp_path / "ca.pem").write_text(ca.certificate_pem)
    own = issue(ca, (NameOID.COMMON_NAME, "system"))
    (tmp_path / "system.pem").write_text(own.certificate_pem)
    (tmp_path / "system.key").write_text(own.key_pem)
    trusting = ConnectorContent(
        "erp",
        ACME,
        trusted_ca_files=(str(tmp_path / "ca.pem"),),
        system_certificate=KeyFiles(str(tmp_path / "system.pem"), str(tmp_path / "system.key")),
    )
    async with SampleBackend(tls=server) as backend:
        outcome = await check(tmp_path, mapping(backend.port, Protocol.HTTPS))
        assert outcome.problem is not None
        assert outcome.problem.code == "backend.certificate-untrusted"
        outcome = await check(tmp_path, mapping(backend.port, Protocol.HTTPS), trusting)
        assert outcome.details[0] == "TLS; no client certificate was asked for"
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(tmp_path / "ca.pem")
    async with SampleBackend(tls=server) as backend:
        outcome = await check(tmp_path, mapping(backend.port, Protocol.HTTPS), trusting)
        assert outcome.is_reachable
        assert outcome.details == ("mutual TLS", "answers HEAD / with 200")
        assert (await check(tmp_path, mapping(backend.port, Protocol.TCPS), trusting)).details == ("mutual TLS",)
