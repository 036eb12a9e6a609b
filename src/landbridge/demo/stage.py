"""The stage: cloud side, connector and backend as processes of their own, in a temporary folder, on free ports."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import httpx

from landbridge.demo.landscape import CONNECTOR, LOCATION, SUBACCOUNT, landscape
from landbridge.demo.programs import START_SECONDS, Program

FIRST_BYTE_SECONDS = 3
_LOOK_AGAIN = 0.03


class Stage:
    """Starts what it is told to, and stops all of it at the end, in reverse order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "cloud"
        self._state = folder / "connector"
        self._landscape = folder / "landscape.yaml"
        self._ends = ExitStack()
        self._port = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def start_backend(self) -> None:
        """Start the sample backend: at first on a free port, later on the same one again."""
        self._backend = self._start("sample backend", "landbridge.testing.sample_backend", "--port", str(self._port))
        self._port = int(self._backend.ready()["port"])

    def stop_backend(self) -> None:
        self._backend.stop()

    def start_cloud_side(self) -> None:
        """Start `landbridge up` with the landscape of the demonstration."""
        self._landscape.write_text(landscape(self._port), encoding="utf-8")
        free = [text for name in ("http", "https", "door", "socks", "tunnel") for text in (f"--{name}-port", "0")]
        places = ["--landscape", str(self._landscape), "--data", str(self._data)]
        self._url = self._command("cloud side", "up", *places, *free, "--json").ready()["local_url"]

    def services(self) -> dict[str, list[dict[str, Any]]]:
        """The value of VCAP_SERVICES for an application of the subaccount."""
        whose = ["--subaccount", SUBACCOUNT, "--data", str(self._data)]
        return self._command("binding", "binding", *whose).result()

    def enroll_connector(self) -> None:
        """Invite a connector on the cloud side, enrol it on its own."""
        where = ["--subaccount", SUBACCOUNT, "--location-id", LOCATION, "--data", str(self._data)]
        data = self._command("invitation", "connector", "invite", *where).output().strip()
        self._command("enrolment", "connector", "enroll", data, "--state", str(self._state)).output()

    def start_connector(self) -> None:
        """Start `landbridge connector run`, and wait until the gateway has it."""
        self._connector = self._command(
            "connector",
            *("connector", "run", "--state", str(self._state)),
            *("--landscape", str(self._landscape), "--name", CONNECTOR),
            *("--first-byte-timeout", str(FIRST_BYTE_SECONDS)),
        )
        self._until(self._connected, self._connector)

    def stop_connector(self) -> None:
        """Stop the connector, and wait until the gateway knows."""
        self._connector.stop()
        self._until(lambda: not self._connected(), None)

    def _connected(self) -> bool:
        query = {"connector": LOCATION, "subaccount": SUBACCOUNT}
        answer = httpx.get(f"{self._url}/ready", params=query, trust_env=False, timeout=5)
        return answer.status_code == 200

    def _until(self, holds: Callable[[], bool], program: Program | None) -> None:
        """Wait until it holds; not for ever, and not for a program that ended."""
        deadline = time.monotonic() + START_SECONDS
        while not holds():
            if program and not program.runs:
                raise program.not_started("it ended")
            if time.monotonic() > deadline:
                raise self._connector.not_started(f"the gateway saw no change within {START_SECONDS:g} seconds")
            time.sleep(_LOOK_AGAIN)

    def _command(self, name: str, *words: str) -> Program:
        return self._start(name, "landbridge", *words)

    def _start(self, name: str, module: str, *arguments: str) -> Program:
        program = Program(name, module, arguments, self._folder)
        self._ends.callback(program.stop)
        return program
