"""Addresses that somebody gives to a check: looked at, and trusted with nothing."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from landbridge.cli.main import run
from landbridge.lab.scenarios.world_stage import Story, internet, stage
from tests.world.backends import always, raw_backend

pytestmark = pytest.mark.anyio

REFUSED = b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"
LOGON = {"Authentication": "BasicAuthentication", "User": "shop", "Password": "open sesame", "URL.headers.x-key": "k"}


async def checked(folder: Path, url: str, *options: str) -> tuple[int, dict[str, Any]]:
    """Exit code and report of the check of a destination with a logon."""
    story = Story("", internet(url, **LOGON), connector=False, settings={"check_targets": ("127.0.0.1",)})

    def command(arguments: list[str]) -> tuple[int, str]:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            return run(arguments), out.getvalue()

    async with stage(story)(folder) as staged:
        code, text = await asyncio.to_thread(command, [*staged.command, *options, "--timeout", "2", "--json"])
    return code, json.loads(text) if text else {}


async def test_the_host_is_asked_for_at_the_address_without_any_secret(tmp_path: Path) -> None:
    async with raw_backend(always(REFUSED)) as target:
        code, report = await checked(tmp_path, f"http://erp.example.test:{target.port}/", "--address", "127.0.0.1")
        heads = b"".join(target.received)
    assert f"Host: erp.example.test:{target.port}\r\n".encode() in heads
    assert b"authorization" not in heads.lower()
    assert b"x-key" not in heads.lower()
    assert code == 50
    resolved = next(fact for step in report["evidence"]["steps"] for fact in step["seen"] if "addresses" in fact)
    assert (resolved["addresses"], resolved["given"]) == (["127.0.0.1"], True)


async def test_without_an_address_the_logon_goes_to_the_host(tmp_path: Path) -> None:
    async with raw_backend(always(REFUSED)) as target:
        await checked(tmp_path, f"http://127.0.0.1:{target.port}/")
        heads = b"".join(target.received)
    assert base64.b64encode(b"shop:open sesame") in heads


async def test_what_does_not_apply_is_said(tmp_path: Path) -> None:
    options = ("--watch", "1", "--idle", "1", "--websocket")
    async with raw_backend(always(REFUSED)) as target:
        _, report = await checked(tmp_path, f"http://127.0.0.1:{target.port}/", *options)
    skipped = {step["probe"]: step["skipped"] for step in report["evidence"]["steps"] if step.get("skipped")}
    reason = "the destination does not lead through a connector"
    assert {name: skipped[name] for name in ("traffic", "idle", "websocket")} == dict.fromkeys(
        ("traffic", "idle", "websocket"), reason
    )


@pytest.mark.parametrize("address", ["erp.example.test", "1.2.3", "127.0.0.1:80", ""])
async def test_what_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    code, report = await checked(tmp_path, "http://erp.example.test/", "--address", address)
    assert code == 2
    assert report == {}


async def test_an_address_that_may_not_be_called_is_not_called(tmp_path: Path) -> None:
    async with raw_backend(always(REFUSED)) as target:
        url = f"http://erp.example.test:{target.port}/"
        code, report = await checked(tmp_path, url, "--address", "127.0.0.2")
        assert target.connections == []
    assert code == 50
    assert report["findings"][0]["failure"] == "avail.private-endpoint"
