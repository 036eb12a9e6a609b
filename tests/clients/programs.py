"""The whole system for a foreign client: the real programs, each in its own process, on free ports."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 30.0
RUN_SECONDS = 60
_PORTS = ("http", "https", "door", "socks", "tunnel")


@dataclass(frozen=True)
class System:
    """A running system. `vcap` is what `landbridge binding` printed, `ca` a PEM file, `data` the cloud's folder."""

    ports: dict[str, int]
    vcap: str
    ca: Path
    data: Path

    def credentials(self, service: str) -> dict[str, Any]:
        """The credentials of the first binding of a service."""
        credentials: dict[str, Any] = json.loads(self.vcap)[service][0]["credentials"]
        return credentials

    @property
    def url(self) -> str:
        """Where programs of this machine find the API, whatever names the clients use."""
        return f"http://127.0.0.1:{self.ports['http']}"


@asynccontextmanager
async def whole_system(
    folder: Path, landscape: Path, subaccount: str, connector: str, options: Sequence[str] = ()
) -> AsyncIterator[System]:
    """Cloud side and one connector, which is in when the block begins. The connector's name is its location id too.

    options  more words for `landbridge up`
    """
    data = ("--data", str(folder / "cloud"))
    ports = [word for name in _PORTS for word in (f"--{name}-port", "0")]
    up = ("up", "--landscape", str(landscape), *data, *ports, *options, "--json")
    async with _running(folder / "cloud.log", *up) as cloud:
        ready = json.loads(await _line(cloud, folder / "cloud.log"))
        invitation = await landbridge(
            "connector", "invite", "--subaccount", subaccount, "--location-id", connector, *data, "--json"
        )
        state = ("--state", str(folder / "connector"))
        await landbridge("connector", "enroll", json.loads(invitation)["authenticationData"], *state)
        run = ("connector", "run", *state, "--landscape", str(landscape), "--name", connector, "--json")
        async with _running(folder / "connector.log", *run) as inside:
            assert json.loads(await _line(inside, folder / "connector.log"))["event"] == "connected"
            yield System(
                ready["ports"],
                vcap=await landbridge("binding", "--subaccount", subaccount, *data),
                ca=_write(folder / "ca.pem", await landbridge("ca", *data)),
                data=folder / "cloud",
            )


async def landbridge(*words: str) -> str:
    """Run a command to its end; its stdout."""
    process = await _start(*words, stderr=asyncio.subprocess.PIPE)
    async with asyncio.timeout(PATIENCE):
        output, talk = await process.communicate()
    assert process.returncode == 0, f"landbridge {' '.join(words)}: {talk.decode()}"
    return output.decode()


async def run_program(program: str, *words: str | Path, env: dict[str, str]) -> Any:
    """Run a client program; the JSON of its last line. Only PATH and `env` are in its environment."""
    process = await asyncio.create_subprocess_exec(
        program,
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], **env},
    )
    try:
        async with asyncio.timeout(RUN_SECONDS):
            output, talk = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, talk.decode()
    return json.loads(output.decode().strip().splitlines()[-1])


@asynccontextmanager
async def _running(log: Path, *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    with log.open("wb") as sink:
        process = await _start(*words, stderr=sink)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()


async def _start(*words: str, stderr: Any) -> asyncio.subprocess.Process:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LANDBRIDGE_")}
    command = (sys.executable, "-m", "landbridge", *words)
    return await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=stderr, env=clean)


async def _line(process: asyncio.subprocess.Process, log: Path) -> bytes:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        line = await process.stdout.readline()
    assert line, log.read_text()
    return line


def _write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
