"""The file in which a running connector says how it is."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from landbridge.connector.status import STALE, STATUS_FILE, keep_status, read_status
from landbridge.testing.world import ACME, World, world
from tests.world.client import ask, request

pytestmark = pytest.mark.anyio


async def written(running: World) -> dict[str, object]:
    """The next version of the file."""
    folder = running.folder / "connector-erp"
    keeping = asyncio.create_task(keep_status(running.connectors["erp"].connector, folder, 0.01))
    try:
        async with asyncio.timeout(10):
            while True:
                report, runs = read_status(folder, time.time())
                if report is not None:
                    assert runs
                    return report
                await asyncio.sleep(0)
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        assert not (folder / STATUS_FILE).exists(), "who stops, leaves no status"


async def test_a_connected_connector_says_where_to_and_how_much(tmp_path: Path) -> None:
    async with world(tmp_path) as running:
        token = await running.token()
        assert (await ask(running.door, request("http://erp.virtual/", token))).status == 200
        assert (await ask(running.door, request("http://no.virtual/", token))).status == 403
        report = await written(running)
        assert (report["subaccount_id"], report["pid"], report["systems"]) == (ACME, os.getpid(), ["erp.virtual:80"])
        assert report["refusals"] == {"connector.system-not-exposed": 1}
        assert report["trusted_issuers"] == 1
        assert isinstance(report["links"], list)
        (link,) = report["links"]
        assert (link["state"], link["fault"]) == ("connected", None)
        assert link["bytes_sent"] > 0
        assert link["gateway"].endswith(f":{running.cloud.gateway.tunnel_port}")


async def test_a_connector_without_gateway_says_why_and_when_it_tries_again(tmp_path: Path) -> None:
    async with world(tmp_path) as running:
        await running.cloud.stop()
        erp = running.connectors["erp"]
        while not erp.connector.status().links[0].fault:
            await erp.next_event()
        (link,) = erp.connector.status().links
        assert link.state == "waiting"
        assert link.fault is not None
        assert link.fault["action"]
        assert link.retry_in is not None


def test_a_file_of_a_program_that_is_gone_is_only_its_last_word(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    now = time.time()
    for pid, updated, runs in (
        (ended.pid, now, False),
        (os.getpid(), now - STALE - 1, False),
        (os.getpid(), now, True),
    ):
        (tmp_path / STATUS_FILE).write_text(json.dumps({"pid": pid, "updated": updated}))
        assert read_status(tmp_path, now)[1] is runs


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"pid": "x"}'])
def test_no_file_or_one_that_says_nothing(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / STATUS_FILE).write_text(text)
    assert read_status(tmp_path, time.time()) == (None, False)
