"""A connector's life by its commands: invited, enrolled, running, revoked."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.command import landbridge
from tests.cli.test_commands import Program, Up, environment, started
from tests.cli.test_logs import asked, token_of
from tests.cloud_side import ACME, LANDSCAPE, landscape_in


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    with started(folder, "--landscape", str(landscape_in(folder))) as running:
        yield Up(folder / "data", running.said())


def invited(up: Up) -> str:
    return landbridge("connector", "invite", "--subaccount", "acme", "--data", str(up.data)).stdout.strip()


def running(tmp_path: Path, state: Path) -> Program:
    words = ("--landscape", str(landscape_in(tmp_path)), "--name", "office", "--state", str(state), "--json")
    return Program(tmp_path / "connector.log", "connector", "run", *words)


def test_a_connector_from_invitation_to_revocation(up: Up, tmp_path: Path) -> None:
    state = tmp_path / "state"
    enrolled = landbridge("connector", "enroll", invited(up), "--state", str(state), "--json")
    assert enrolled.returncode == 0, enrolled.stderr
    identity = json.loads(enrolled.stdout)
    assert identity["subaccountId"] == ACME

    with running(tmp_path, state) as connector:
        assert connector.said()["event"] == "connected"
        url = f"{up.addresses['local_url']}/ready"
        for query in ({"connector": ""}, {"connector": "", "subaccount": "acme"}):
            assert httpx.get(url, params=query, trust_env=False).status_code == 200
        (row,) = json.loads(landbridge("status", "--json", "--data", str(up.data)).stdout)
        assert (row["state"], row["connectorId"]) == ("connected", identity["connectorId"])

        revoked = landbridge("connector", "revoke", identity["connectorId"], "--data", str(up.data))
        assert revoked.returncode == 0, revoked.stderr
        lines = [connector.said(), connector.said()]
        assert lines[-1]["fault"]["code"] == "tunnel.certificate-revoked"
        assert lines[-1]["retryIn"] is None
        assert connector.process.wait(30) == 22
        assert "tunnel.certificate-revoked" in connector.log.read_text()
        assert "Traceback" not in connector.log.read_text()


def test_a_signal_stops_a_connector(up: Up, tmp_path: Path) -> None:
    state = tmp_path / "state"
    landbridge("connector", "enroll", invited(up), "--state", str(state))
    with running(tmp_path, state) as connector:
        connector.said()
        assert connector.stop() == 0
        assert "Traceback" not in connector.log.read_text()


def test_a_running_connector_shows_its_state_and_its_records_hold(up: Up, tmp_path: Path) -> None:
    state = tmp_path / "state"
    landbridge("connector", "enroll", invited(up), "--state", str(state))
    nobody = landbridge("connector", "status", "--state", str(state))
    assert nobody.returncode == 22
    assert "code: connector.not-running" in nobody.stderr
    with running(tmp_path, state) as connector:
        connector.said()
        binding = json.loads(landbridge("binding", "--subaccount", "acme", "--data", str(up.data)).stdout)
        token = token_of(up.addresses, binding["connectivity"][0]["credentials"])
        refused = asyncio.run(asked(up.addresses, "/secret", token))
        assert (refused.status_code, "127.0.0.1" in str(refused.headers)) == (502, False)
        report = report_with_trouble(state)
        assert (report["pid"], report["subaccount_id"]) == (connector.process.pid, ACME)
        shown = landbridge("connector", "status", "--state", str(state))
        assert shown.returncode == 0, shown.stderr
        assert "erp:8000" in shown.stdout
        assert "connected since" in shown.stdout
        assert "trouble       erp:8000 -> 127.0.0.1:9, last at" in shown.stdout
        assert connector.stop() == 0
    assert landbridge("connector", "status", "--state", str(state)).returncode == 22
    checked = landbridge("connector", "audit", "--state", str(state), "--json")
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout)["records"] >= 4
    assert landbridge("data", "audit", "--data", str(up.data)).returncode == 0
    known = json.loads(checked.stdout)["head"]
    assert landbridge("connector", "audit", "--state", str(state), "--known", known).returncode == 0
    gone = landbridge("connector", "audit", "--state", str(state), "--known", "0" * 63 + "1")
    assert "no record that holds has the hash" in gone.stderr
    (file,) = (state / "audit").iterdir()
    file.write_bytes(file.read_bytes().replace(b"connector enrolled", b"connector Enrolled"))
    damaged = landbridge("connector", "audit", "--state", str(state))
    assert damaged.returncode == 1
    assert "code: audit.damaged" in damaged.stderr
    assert f"{file.name} line 1" in damaged.stderr


def report_with_trouble(state: Path) -> dict[str, Any]:
    """The status once it knows of a trouble; the file is written every two seconds."""
    deadline = time.monotonic() + 30
    while True:
        printed = landbridge("connector", "status", "--state", str(state), "--json")
        if printed.returncode == 0 and (report := dict(json.loads(printed.stdout)))["troubles"]:
            return report
        assert time.monotonic() < deadline, printed.stderr
        time.sleep(0.05)


def test_traces_from_the_command_line(up: Up) -> None:
    data = ("--data", str(up.data))
    listed = landbridge("trace", "--subaccount", "acme", *data)
    assert (listed.returncode, listed.stdout) == (0, "")
    assert "--enable" in listed.stderr
    on = landbridge("trace", "--enable", "5", "--subaccount", "acme", "--json", *data)
    assert json.loads(on.stdout)["keep"] == 5
    missing = landbridge("trace", "abc-1", *data)
    assert missing.returncode == 2
    assert "code: platform.unknown-trace" in missing.stderr
    for words in ((), ("--enable", "5"), ("abc", "--enable", "5", "--subaccount", "acme")):
        assert "code: platform.usage" in landbridge("trace", *words, *data).stderr
    assert landbridge("trace", "--enable", "0", "--subaccount", "acme", *data).returncode == 0


def test_authentication_data_comes_by_pipe_and_by_file(up: Up, tmp_path: Path) -> None:
    piped = subprocess.run(
        [sys.executable, "-m", "landbridge", "connector", "enroll", "-", "--state", str(tmp_path / "one")],
        input=invited(up) + "\n",
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert piped.returncode == 0, piped.stderr
    file = tmp_path / "invitation.txt"
    file.write_text(invited(up))
    filed = landbridge("connector", "enroll", "--file", str(file), "--state", str(tmp_path / "two"))
    assert filed.returncode == 0, filed.stderr
    again = landbridge("connector", "enroll", "--file", str(file), "--state", str(tmp_path / "three"))
    assert again.returncode == 22
    assert "enrolment.secret-used" in again.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], "platform.usage"),
        (["x", "--file", "y"], "platform.usage"),
        (["landbridge1.nonsense"], "enrolment.data-malformed"),
        (["--file", "/nowhere/at/all"], "platform.file-unreadable"),
    ],
)
def test_enrolling_with_anything_else_is_named(words: list[str], code: str, tmp_path: Path) -> None:
    printed = landbridge("connector", "enroll", *words, "--state", str(tmp_path / "state"))
    assert printed.returncode == 2
    assert f"code: {code}" in printed.stderr


def test_running_without_enrolment_or_without_a_description_is_named(tmp_path: Path) -> None:
    landscape = str(landscape_in(tmp_path))
    words = ("connector", "run", "--landscape", landscape, "--state", str(tmp_path / "none"))
    not_enrolled = landbridge(*words, "--name", "office")
    assert not_enrolled.returncode == 22
    assert "code: connector.not-enrolled" in not_enrolled.stderr
    unknown = landbridge(*words, "--name", "attic")
    assert unknown.returncode == 33
    assert "code: platform.connector-not-described" in unknown.stderr
    assert "it describes: office" in unknown.stderr


def test_a_connector_of_another_subaccount_is_refused(up: Up, tmp_path: Path) -> None:
    state = tmp_path / "state"
    landbridge("connector", "enroll", invited(up), "--state", str(state))
    other = tmp_path / "other"
    other.mkdir()
    landscape = landscape_in(other, LANDSCAPE.replace(ACME, ACME.replace("5", "6")))
    printed = landbridge("connector", "run", "--landscape", str(landscape), "--name", "office", "--state", str(state))
    assert "code: connector.other-subaccount" in printed.stderr
