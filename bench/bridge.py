"""The system under test: `landbridge up` and `landbridge connector run`, each in its own process, as in real life."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from bench.client import WrongAnswer, ask
from bench.figures import COMPILED, OURS
from bench.nouns import SocksEntrance, Subject
from bench.processes import NotStarted, running

_LANDSCAPE = Path(__file__).with_name("landscape.yaml")
_VIRTUAL = "erp.internal:8000"
_RAW = ("raw.internal", 9000)
_SUBACCOUNT = "bench"
_PATIENCE = 30.0
FREE_PORTS = ("http", "https", "door", "socks", "tunnel")


@contextmanager
def bridge(folder: Path, backend: Subject, compiled: Path | None = None) -> Iterator[Subject]:
    """Gateway and connector in front of the backend while the block runs. Raises `NotStarted` with what they wrote.

    `compiled` is a folder with another build of the package, which is used instead.
    """
    folder.mkdir()
    environment = clean_environment() | ({"PYTHONPATH": str(compiled.resolve())} if compiled else {})
    landscape = folder / "landscape.yaml"
    landscape.write_text(_LANDSCAPE.read_text().replace("BACKEND", str(backend.port)))
    data = ["--data", str(folder / "cloud")]
    ports = [option for name in FREE_PORTS for option in (f"--{name}-port", "0")]
    up = command("up", "--landscape", str(landscape), *data, *ports, "--json")
    log = folder / "gateway.log"
    with running(up, log, environment) as gateway:
        ready = first_line(gateway, log)
        state = _enroll(folder / "connector", data)
        idle = _enroll(folder / "idle", data, "--location-id", "idle")
        run = command("connector", "run", "--state", str(state), "--landscape", str(landscape), "--name", "bench")
        with running(run, folder / "connector.log", environment) as connector:
            token = _token(data)
            subject = Subject(
                name=COMPILED if compiled else OURS,
                port=int(ready["ports"]["door"]),
                host_header=_VIRTUAL,
                prefix=f"http://{_VIRTUAL}",
                headers={"Proxy-Authorization": f"Bearer {token}"},
                programs={"gateway": gateway.pid, "connector": connector.pid},
                socks=SocksEntrance(int(ready["ports"]["socks"]), token, *_RAW),
                hold_tunnels=partial(_tunnels, idle, landscape, folder / "idle.log"),
            )
            _wait_until_it_answers(subject, folder)
            yield subject


def _enroll(state: Path, data: Sequence[str], *more: str) -> Path:
    """Invite a connector and enroll it; returns its state folder."""
    invitation = json.loads(_output("connector", "invite", "--subaccount", _SUBACCOUNT, *data, *more, "--json"))
    _output("connector", "enroll", invitation["authenticationData"], "--state", str(state))
    return state


@contextmanager
def _tunnels(state: Path, landscape: Path, log: Path, count: int) -> Iterator[None]:
    """So many tunnel connections of another connector while the block runs."""
    script = str(Path(__file__).with_name("many_tunnels.py"))
    holding = [sys.executable, script, str(state), str(landscape), "idle", str(count)]
    with running(holding, log, clean_environment()) as process:
        assert process.stdout is not None
        if not select.select([process.stdout], [], [], _PATIENCE)[0] or not process.stdout.readline():
            raise NotStarted(f"tunnels: {log.read_text(errors='replace')[-800:]}")
        yield


def _token(data: Sequence[str]) -> str:
    """A token for the proxy, got as an application gets it."""
    services = json.loads(_output("binding", "--subaccount", _SUBACCOUNT, *data))
    credentials: dict[str, Any] = services["connectivity"][0]["credentials"]
    basic = base64.b64encode(f"{credentials['clientid']}:{credentials['clientsecret']}".encode()).decode()
    form = urlencode({"grant_type": "client_credentials"}).encode()
    request = Request(f"{credentials['url']}/oauth/token", form, {"Authorization": f"Basic {basic}"})
    with urlopen(request, timeout=10) as answer:
        return str(json.load(answer)["access_token"])


def _wait_until_it_answers(subject: Subject, folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            ask(subject, "GET", "/small")
        except (WrongAnswer, OSError) as reason:
            if time.monotonic() > deadline:
                raise NotStarted(f"landbridge: {reason}\n{_tails(folder)}") from reason
            time.sleep(0.1)
        else:
            return


def command(*arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("landbridge")), *arguments]


def _output(*arguments: str) -> str:
    done = subprocess.run(
        command(*arguments), env=clean_environment(), capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise NotStarted(f"landbridge {' '.join(arguments[:2])}: {done.stderr[-800:]}")
    return done.stdout


def first_line(process: subprocess.Popen[bytes], log: Path) -> Any:
    """The line of JSON that `up` prints when it is ready."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], _PATIENCE)
    line = process.stdout.readline() if ready else b""
    if not line:
        raise NotStarted(f"landbridge up: {log.read_text(errors='replace')[-800:]}")
    return json.loads(line)


def clean_environment() -> dict[str, str]:
    """Without the options of whoever runs the benchmark: ours, and the one against bytecode, which others have."""
    ours = ("LANDBRIDGE_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _tails(folder: Path) -> str:
    return "\n".join(f"{log.name}: {log.read_text(errors='replace')[-800:]}" for log in folder.glob("*.log"))
