"""The connector's own copy of its configuration."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from landbridge.connector.state.configuration import load_configuration, save_configuration, stamp
from landbridge.faults import FaultError
from landbridge.model.landscape import ConnectorContent
from landbridge.model.mapping import AuthenticationMode, CookieDomain, HostInHeader, Mapping, Protocol, Resource
from landbridge.model.propagation import Condition, KeyFiles, Propagation, SubjectRule
from landbridge.model.service_channel import ServiceChannel

CONTENT = ConnectorContent(
    "office",
    "11111111-aaaa-4bbb-8ccc-000000000001",
    "plant-1",
    "The office's",
    mappings=(
        Mapping("erp.virtual", 80, "erp", 8000, resources=(Resource("/", websocket_upgrade_allowed=True),)),
        Mapping(
            "s4.virtual",
            443,
            "s4",
            443,
            Protocol.HTTPS,
            AuthenticationMode.X509_RESTRICTED,
            HostInHeader.INTERNAL,
            (Resource("/sap", enabled=False, exact_match_only=True),),
        ),
        Mapping("db.virtual", 5000, "db", 6000, Protocol.TCP, ports=10),
    ),
    service_channels=(ServiceChannel("orders", 5432),),
    cookie_domains=(CookieDomain("cloud.example", "corp.example"),),
    trusted_ca_files=("/etc/ca.pem",),
    system_certificate=KeyFiles("/etc/system.pem", "/etc/system.key"),
    propagation=Propagation(rules=(SubjectRule((("CN", "${email}"),), Condition.IS, "origin", "ldap"),)),
)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    assert stamp(folder) == 0
    save_configuration(folder, CONTENT)
    assert load_configuration(folder) == CONTENT
    assert stamp(folder) > 0
    assert (folder / "configuration.json").stat().st_mode & 0o777 == 0o600


def code(folder: Path) -> str:
    with pytest.raises(FaultError) as caught:
        load_configuration(folder)
    return caught.value.fault.code


def test_what_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    assert code(tmp_path) == "connector.not-configured"
    file = tmp_path / "configuration.json"
    for text in ("", "{", "[]", "[" * 10_000, '{"name": 1}', '{"name": "a"}', "\udcff"):
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        assert code(tmp_path) == "connector.state-unreadable", text[:20]
    file.unlink()
    file.mkdir()
    assert code(tmp_path) == "connector.state-unreadable"


class Running:
    """A connector that remembers what it was told."""

    location_id = "plant-1"

    def __init__(self) -> None:
        self.applied: asyncio.Queue[ConnectorContent] = asyncio.Queue()

    async def reconfigure(self, content: ConnectorContent) -> None:
        await self.applied.put(content)


@pytest.mark.anyio
async def test_changes_are_applied_and_useless_ones_are_not(tmp_path: Path) -> None:
    from dataclasses import replace

    from landbridge.connector.watch import watch

    save_configuration(tmp_path, CONTENT)
    running = Running()
    task = asyncio.create_task(watch(running, tmp_path, interval=0.01))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    try:
        (tmp_path / "configuration.json").write_text("{")
        await until_seen(tmp_path)
        save_configuration(tmp_path, replace(CONTENT, location_id="elsewhere"))
        await until_seen(tmp_path)
        changed = replace(CONTENT, mappings=())
        save_configuration(tmp_path, changed)
        async with asyncio.timeout(10):
            assert await running.applied.get() == changed
        assert running.applied.empty()
    finally:
        task.cancel()


async def until_seen(folder: Path) -> None:
    """Let the watcher look a few times: nothing may come of it, so there is no event to wait for."""
    before = stamp(folder)
    for _ in range(5):
        await asyncio.sleep(0.01)
    assert stamp(folder) == before
