"""The programs as they are run in earnest, each in a process of its own, so that a test can kill them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.world import full_listener

PATIENCE = 30.0
LANDSCAPE = """\
landbridge: "1"
subaccounts:
  - id: 11111111-2222-4333-8444-555555555555
    subdomain: acme
    instances:
      - {name: conn, service: connectivity}
connectors:
  - name: office
    subaccount: acme
    mappings:
      - {virtual: "erp.virtual:80", internal: "127.0.0.1:BACKEND", resources: [{path: /}]}
      - {virtual: "full.virtual:80", internal: "127.0.0.1:FULL", resources: [{path: /}]}
"""
LANDBRIDGE = str(Path(sys.executable).with_name("landbridge"))


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago: a program that is killed must come back on the same ones."""
    with contextlib.ExitStack() as opened:
        return [opened.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(count)]


@dataclass
class Program:
    """One child process. It can be killed, and started again as it was."""

    command: list[str]
    log: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> bytes:
        """Start it; the first line that it says."""
        with self.log.open("ab") as log:
            environment = {name: value for name, value in os.environ.items() if not name.startswith("LANDBRIDGE_")}
            self.process = await asyncio.create_subprocess_exec(
                *self.command, stdout=asyncio.subprocess.PIPE, stderr=log, env=environment
            )
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            line = await self.process.stdout.readline()
        assert line, self.log.read_text()[-2000:]
        return line

    async def kill(self) -> None:
        """SIGKILL: no farewell."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    def halt(self) -> None:
        """SIGSTOP: it does nothing any more when this returns, and its sockets stay open."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)

    def go_on(self) -> None:
        """SIGCONT, to a program that was halted or not."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGCONT)


@dataclass
class Installation:
    """Gateway, connector and backend as three processes; `full` is a backend that never accepts."""

    programs: dict[str, Program]
    door: tuple[str, int]
    metrics: str
    token: str = field(repr=False)


@contextlib.asynccontextmanager
async def installation(folder: Path) -> AsyncIterator[Installation]:
    """Everything started, and a token for the door."""
    http, https, door, socks, tunnel, backend, full = free_ports(7)
    landscape = folder / "landscape.yaml"
    landscape.write_text(LANDSCAPE.replace("BACKEND", str(backend)).replace("FULL", str(full)))
    data, state = folder / "cloud", folder / "connector"
    ports = {"http": http, "https": https, "door": door, "socks": socks, "tunnel": tunnel}
    options = [part for name, port in ports.items() for part in (f"--{name}-port", str(port))]
    sample = [sys.executable, "-m", "landbridge.testing.sample_backend", "--port", str(backend)]
    up = [LANDBRIDGE, "up", "--landscape", str(landscape), "--data", str(data), *options, "--json"]
    run = [LANDBRIDGE, "connector", "run", "--landscape", str(landscape), "--name", "office"]
    programs = {
        "backend": Program(sample, folder / "backend.log"),
        "full": Program([sys.executable, full_listener.__file__, str(full)], folder / "full.log"),
        "gateway": Program(up, folder / "gateway.log"),
        "connector": Program([*run, "--state", str(state), "--json"], folder / "connector.log"),
    }
    try:
        await programs["backend"].start()
        await programs["full"].start()
        await programs["gateway"].start()
        invitation = await _said("connector", "invite", "--subaccount", "acme", "--data", str(data), "--json")
        await _said("connector", "enroll", invitation["authenticationData"], "--state", str(state), "--json")
        token = await _token(await _said("binding", "--subaccount", "acme", "--data", str(data)))
        await programs["connector"].start()
        yield Installation(programs, ("127.0.0.1", door), f"http://127.0.0.1:{http}/metrics", token)
    finally:
        for program in programs.values():
            await program.kill()


async def _said(*arguments: str) -> Any:
    process = await asyncio.create_subprocess_exec(
        LANDBRIDGE, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return json.loads(out)


async def _token(services: Mapping[str, Any]) -> str:
    credentials = services["connectivity"][0]["credentials"]
    basic = base64.b64encode(f"{credentials['clientid']}:{credentials['clientsecret']}".encode()).decode()
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(
            f"{credentials['url']}/oauth/token",
            data={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {basic}"},
        )
    return str(answer.raise_for_status().json()["access_token"])
