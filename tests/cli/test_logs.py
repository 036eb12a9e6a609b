"""One request id goes through both programs and both logs."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from landbridge.testing.sample_backend import SampleBackend
from tests.cli.test_commands import PATIENCE, Program, landbridge, started
from tests.cloud_side import LANDSCAPE, landscape_in

pytestmark = pytest.mark.anyio

DETAILED = ("--log-format", "json", "--log-level", "DEBUG")


def lines(log: Path, request: str) -> list[dict[str, Any]]:
    """Lines of a log that are about this request, once there are any."""
    deadline = time.monotonic() + PATIENCE
    while True:
        read = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
        found = [line for line in read if line.get("request") == request]
        if found:
            return found
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


async def asked(up: dict[str, Any], path: str, token: str) -> httpx.Response:
    door = f"http://127.0.0.1:{up['ports']['door']}"
    async with httpx.AsyncClient(proxy=door, trust_env=False) as client:
        return await client.get(f"http://erp:8000{path}", headers={"Proxy-Authorization": f"Bearer {token}"})


async def test_a_refused_request_and_an_answered_one_are_in_both_logs_under_one_id(tmp_path: Path) -> None:
    async with SampleBackend() as backend:
        text = LANDSCAPE.replace("127.0.0.1:9", f"127.0.0.1:{backend.port}").replace("{path: /}", "{path: /echo}")
        landscape = str(landscape_in(tmp_path, text))
        with started(tmp_path, "--landscape", landscape, *DETAILED) as cloud:
            up = cloud.said()
            data, state = ("--data", str(tmp_path / "data")), str(tmp_path / "state")
            invitation = landbridge("connector", "invite", "--subaccount", "acme", *data).stdout.strip()
            assert landbridge("connector", "enroll", invitation, "--state", state).returncode == 0
            words = ("--landscape", landscape, "--name", "office", "--state", state, "--json", *DETAILED)
            with Program(tmp_path / "connector.log", "connector", "run", *words) as connector:
                assert connector.said()["event"] == "connected"
                binding = json.loads(landbridge("binding", "--subaccount", "acme", "--instance", "conn", *data).stdout)
                token = token_of(up, binding["connectivity"][0]["credentials"])
                refused = await asked(up, "/else?secret=hunter2", token)
                assert refused.status_code == 403
                request = refused.headers["x-request-id"]
                for log in (cloud.log, connector.log):
                    (line,) = lines(log, request)
                    assert (line["event"], line["fault"]) == ("refused", "connector.resource-not-exposed")
                assert (await asked(up, "/echo?secret=hunter2", token)).status_code == 200
                answered = next(line for line in all_lines(cloud.log) if line["event"] == "answered")
                assert (answered["system"], answered["path"], answered["status"]) == ("erp:8000", "/echo", 200)
                (served,) = lines(connector.log, answered["request"])
                assert (served["event"], served["method"], served["path"]) == ("served", "GET", "/echo")
                for log in (cloud.log, connector.log):
                    assert "hunter2" not in log.read_text()
                    assert token not in log.read_text()


def all_lines(log: Path) -> list[dict[str, Any]]:
    """All lines, once the answered request is among them."""
    deadline = time.monotonic() + PATIENCE
    while '"answered"' not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def token_of(up: dict[str, Any], credentials: dict[str, Any]) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": credentials["clientid"],
        "client_secret": credentials["clientsecret"],
    }
    answer = httpx.post(f"{up['local_url']}/oauth/token", data=form, trust_env=False)
    return str(answer.json()["access_token"])
