"""`landbridge connector check`: the operator is told where it tried, also what applications must not know."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from landbridge.connector.state.configuration import save_configuration
from landbridge.faults import CATALOGUE
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import Mapping, Protocol
from landbridge.testing.sample_backend import SampleBackend
from tests.cli.command import landbridge
from tests.cloud_side import ACME
from tests.world.backends import closed_port
from tests.world.certificates import authority, issue, server_context

pytestmark = pytest.mark.anyio


async def check(state: Path, *words: str) -> CompletedProcess[str]:
    return await asyncio.to_thread(landbridge, "connector", "check", *words, "--state", str(state))


def configured(state: Path, *mappings: Mapping, trusted: tuple[str, ...] = ()) -> None:
    save_configuration(state, ConnectorContent("office", ACME, mappings=mappings, trusted_ca_files=trusted))


async def test_each_mapping_has_a_line_and_the_first_problem_gives_the_exit_code(tmp_path: Path) -> None:
    closed = closed_port()
    async with SampleBackend() as backend:
        configured(
            tmp_path,
            Mapping("erp.virtual", 80, "127.0.0.1", backend.port),
            Mapping("db.virtual", 5432, "127.0.0.1", closed, Protocol.TCP),
        )
        both = await check(tmp_path)
        one = await check(tmp_path, "erp.virtual:80", "--json")
    assert both.returncode == CATALOGUE["backend.refused"].exit
    good, bad, action = both.stdout.splitlines()
    assert good.startswith(f"erp.virtual:80 -> 127.0.0.1:{backend.port}  reachable (answers HEAD / with 200)")
    assert bad.startswith(f"db.virtual:5432 -> 127.0.0.1:{closed}  backend.refused: ")
    assert action == f"  do: {CATALOGUE['backend.refused'].action}"
    assert one.returncode == 0
    line = json.loads(one.stdout)
    assert (line["reachable"], line["internal"], "fault" in line) == (True, f"127.0.0.1:{backend.port}", False)


async def test_a_certificate_for_another_name_is_told_with_the_name_that_was_asked_for(tmp_path: Path) -> None:
    ca = authority()
    (tmp_path / "ca.pem").write_text(ca.certificate_pem)
    async with SampleBackend(tls=server_context(issue(ca, address="10.1.2.3"), tmp_path)) as backend:
        mapping = Mapping("erp.virtual", 443, "localhost", backend.port, Protocol.HTTPS)
        configured(tmp_path, mapping, trusted=(str(tmp_path / "ca.pem"),))
        told = await check(tmp_path)
        line: dict[str, Any] = json.loads((await check(tmp_path, "--json")).stdout)
    assert "it is for another host than the internal one. (" in told.stdout
    assert "not valid for 'localhost'" in told.stdout
    assert line["fault"] == "backend.certificate-untrusted"
    assert line["inside"].startswith(f"localhost:{backend.port} (")


async def test_what_is_no_mapping_is_named(tmp_path: Path) -> None:
    configured(tmp_path, Mapping("erp.virtual", 80, "127.0.0.1", 9))
    said = await check(tmp_path, "hr.virtual:80")
    assert said.returncode == CATALOGUE["connector.system-not-exposed"].exit
    assert "code: connector.system-not-exposed" in said.stderr
