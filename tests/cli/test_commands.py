"""The commands as a user meets them, each in a process of its own, against a running cloud side."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from landbridge.model.enrolment import parse_authentication_data
from tests.cloud_side import ACME, LANDSCAPE, landscape_in

FREE = [word for name in ("http", "https", "door", "socks", "tunnel") for word in (f"--{name}-port", "0")]
PATIENCE = 30


def environment(**more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LANDBRIDGE_")}
    source = str(Path(__file__).parents[2] / "src")
    return {**clean, "PYTHONPATH": source, **more}


def landbridge(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-m", "landbridge", *words]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment(**more), timeout=PATIENCE, check=False
    )


class Program:
    """A command that stays, in a process of its own. Its stdout is read line by line, its stderr is a file."""

    def __init__(self, log: Path, *words: str) -> None:
        self.log = log
        with log.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "landbridge", *words],
                stdout=subprocess.PIPE,
                stderr=sink,
                text=True,
                env=environment(),
            )

    def said(self) -> dict[str, Any]:
        """The next line of stdout."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()
        said = json.loads(line)
        assert isinstance(said, dict)
        return said

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


def started(folder: Path, *words: str) -> Program:
    """`landbridge up` with data in `folder`, on free ports."""
    return Program(folder / "up.log", "up", "--data", str(folder / "data"), *FREE, "--json", *words)


@dataclass(frozen=True)
class Up:
    """A running cloud side."""

    data: Path
    addresses: dict[str, Any]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    with started(folder, "--landscape", str(landscape_in(folder))) as running:
        yield Up(folder / "data", running.said())


def data(up: Up) -> tuple[str, str]:
    return ("--data", str(up.data))


def test_binding_prints_vcap_services(up: Up) -> None:
    printed = landbridge("binding", "--subaccount", "acme", *data(up))
    assert printed.returncode == 0, printed.stderr
    services = json.loads(printed.stdout)
    assert set(services) == {"destination", "connectivity", "xsuaa"}
    by_id = landbridge("binding", "--subaccount", ACME, "--format", "default-env", LANDBRIDGE_DATA=str(up.data))
    assert json.loads(by_id.stdout) == {"VCAP_SERVICES": services}


def test_binding_prints_a_line_for_a_shell(up: Up) -> None:
    printed = landbridge("binding", "--subaccount", "acme", "--instance", "dest", "--format", "env", *data(up))
    script = printed.stdout + 'printf %s "$VCAP_SERVICES"'
    read = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    assert list(json.loads(read)) == ["destination"]


def test_a_name_that_does_not_exist_ends_with_the_fault_of_the_cloud_side(up: Up) -> None:
    printed = landbridge("binding", "--subaccount", "no pe", *data(up))
    assert printed.returncode == 33
    assert printed.stdout == ""
    assert printed.stderr.startswith("error: There is no subaccount 'no pe'; there are: acme.\n  code: platform.")
    assert "\n  do: " in printed.stderr


def test_invite_prints_authentication_data_alone_on_stdout(up: Up) -> None:
    printed = landbridge("connector", "invite", "--subaccount", "acme", "--location-id", "office", *data(up))
    assert parse_authentication_data(printed.stdout).location_id == "office"
    assert "landbridge connector enroll" in printed.stderr
    as_json = json.loads(landbridge("connector", "invite", "--subaccount", "acme", "--json", *data(up)).stdout)
    assert parse_authentication_data(as_json["authenticationData"]).subaccount_id == ACME


def test_status_lists_connectors(up: Up) -> None:
    printed = landbridge("status", *data(up))
    assert [line.split() for line in printed.stdout.splitlines()] == [
        ["SUBACCOUNT", "STATE", "NAME"],
        ["acme", "expected", "office"],
    ]
    (row,) = json.loads(landbridge("status", "--json", *data(up)).stdout)
    assert row["name"] == "office"


def test_revoking_an_unknown_connector_is_named_as_json_where_json_is_wanted(up: Up) -> None:
    printed = landbridge("connector", "revoke", "nobody", "--json", *data(up))
    assert printed.returncode == 33
    assert json.loads(printed.stderr)["error"]["code"] == "platform.unknown-connector"


def test_apply_and_reset_say_what_they_did(up: Up, tmp_path: Path) -> None:
    applied = landbridge("apply", str(landscape_in(tmp_path)), "--json", *data(up))
    assert json.loads(applied.stdout)["created"] == 0
    reset = landbridge("reset", "--json", *data(up))
    assert json.loads(reset.stdout)["to"] == "landscape"


def test_every_problem_of_a_landscape_is_shown_with_the_file_as_it_was_given(up: Up, tmp_path: Path) -> None:
    broken = landscape_in(tmp_path, LANDSCAPE.replace('erp:8000"', 'erp:0"').replace(ACME, "nonsense"))
    printed = landbridge("apply", str(broken), *data(up))
    assert printed.returncode != 0
    assert printed.stderr.count("error: ") >= 2
    assert str(broken) in printed.stderr


def test_ca_and_hosts_help_clients_that_insist_on_tls_and_names(up: Up) -> None:
    assert landbridge("ca", *data(up)).stdout.startswith("-----BEGIN CERTIFICATE-----")
    assert landbridge("hosts", *data(up)).stdout.splitlines() == [
        "127.0.0.1 authentication.localhost",
        "127.0.0.1 acme.authentication.localhost",
    ]
    pem = json.loads(landbridge("ca", "--json", *data(up)).stdout)["certificate"]
    assert pem.startswith("-----BEGIN CERTIFICATE-----")
    assert json.loads(landbridge("hosts", "--json", *data(up)).stdout)[1] == {
        "address": "127.0.0.1",
        "name": "acme.authentication.localhost",
    }


def test_bindings_in_one_line_for_programs(up: Up) -> None:
    words = ("binding", "--subaccount", "acme", *data(up))
    printed = landbridge(*words, "--json").stdout
    assert printed.count("\n") == 1
    assert json.loads(printed) == json.loads(landbridge(*words).stdout)
    line = json.loads(landbridge(*words, "--json", "--format", "env").stdout)
    assert line == landbridge(*words, "--format", "env").stdout.rstrip("\n")


@pytest.mark.parametrize(
    "words",
    [["binding", "--subaccount", "acme"], ["status"], ["reset"], ["ca"], ["hosts"], ["connector", "revoke", "x"]],
)
def test_without_a_running_cloud_side_the_command_to_start_it_is_said(words: list[str], tmp_path: Path) -> None:
    printed = landbridge(*words, "--data", str(tmp_path / "none"))
    assert printed.returncode == 31
    assert "platform.not-running" in printed.stderr
    assert f"landbridge up --data {tmp_path / 'none'}" in printed.stderr


def test_a_cloud_side_that_was_killed_is_not_running(tmp_path: Path) -> None:
    with started(tmp_path) as killed:
        killed.said()
        killed.process.kill()
        killed.process.wait()
        assert (tmp_path / "data" / "runtime.json").exists()
        printed = landbridge("status", "--data", str(tmp_path / "data"))
    assert "platform.not-running" in printed.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_and_nothing_stays(number: int, tmp_path: Path) -> None:
    with started(tmp_path, "--ready-file", str(tmp_path / "ready.json")) as running:
        said = running.said()
        assert json.loads((tmp_path / "ready.json").read_text())["ports"] == said["ports"]
        log = running.log.read_text()
        assert "landbridge is ready" in log
        assert "LAPTOP PROFILE" in log
        assert running.stop(number) == 0
        assert not (tmp_path / "data" / "runtime.json").exists()
        assert "Traceback" not in running.log.read_text()


def test_the_second_signal_does_not_wait(tmp_path: Path) -> None:
    with started(tmp_path) as running:
        port = running.said()["ports"]["http"]
        with socket.create_connection(("127.0.0.1", port)) as client:
            # An unfinished request: the first signal gives it its grace.
            client.sendall(b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
            running.process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + PATIENCE
            while "once more to force" not in running.log.read_text():
                assert time.monotonic() < deadline
            assert running.stop(signal.SIGTERM) == 128 + signal.SIGTERM


def test_a_port_in_use_ends_up_with_its_name(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        printed = landbridge("up", "--data", str(tmp_path / "data"), *FREE, "--door-port", port)
    assert printed.returncode == 30
    assert "platform.port-in-use" in printed.stderr
    assert port in printed.stderr
    assert "Traceback" not in printed.stderr


def test_a_bind_beyond_loopback_needs_the_server_profile(tmp_path: Path) -> None:
    printed = landbridge("up", "--data", str(tmp_path / "data"), "--host", "::", *FREE)
    assert printed.returncode == 2
    assert "platform.bind-needs-server-profile" in printed.stderr


def test_the_server_profile_says_nothing_about_comforts(tmp_path: Path) -> None:
    with started(tmp_path, "--profile", "server", "--host", "::") as running:
        said = running.said()
        assert httpx.get(f"{said['local_url']}/ready", trust_env=False).status_code == 200
        assert running.stop() == 0
        log = running.log.read_text()
        assert "LAPTOP" not in log
        listed = log.partition("admin token")[0]
        assert all(f":{port}" in listed for port in said["ports"].values()), "it says where everything listens"
