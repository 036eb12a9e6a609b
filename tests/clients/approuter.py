"""The approuter as a running program, with the binding that `landbridge binding` wrote for it."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.clients.node import require_node, require_packages
from tests.clients.programs import PATIENCE, landbridge
from tests.clients.stage import Stage

HERE = Path(__file__).parent
PROJECT = HERE / "sap_approuter"
_LISTENING = re.compile(rb"listening on port: (\d+)")


@dataclass(frozen=True)
class Approuter:
    """A running approuter. `log` is what it wrote."""

    port: int
    log: bytearray


def approuter_program() -> str:
    """The program that runs it. Skips, or fails where tools are required."""
    node = require_node()
    require_packages(PROJECT)
    return node


@asynccontextmanager
async def approuter(node: str, stage: Stage, folder: Path, **settings: str) -> AsyncIterator[Approuter]:
    """The approuter of acme's shop, on a free port. `settings` go into its environment."""
    binding = await landbridge(
        "binding", "--subaccount", "acme", "--format", "default-env", "--data", str(stage.system.data)
    )
    folder.mkdir()
    (folder / "default-env.json").write_text(binding)
    (folder / "xs-app.json").write_bytes((PROJECT / "xs-app.json").read_bytes())
    environment = {
        "PATH": os.environ["PATH"],
        "PORT": "0",
        "NODE_EXTRA_CA_CERTS": str(stage.system.ca),
        "HOSTS": str(stage.hosts),
        **settings,
    }
    process = await asyncio.create_subprocess_exec(
        *(node, "--require", HERE / "hosts.js", PROJECT / "node_modules/@sap/approuter/approuter.js"),
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    log = bytearray()
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE):
            while not (found := _LISTENING.search(log)):
                log += await process.stdout.readline() or _ended(log)
        rest = asyncio.create_task(_keep(process.stdout, log))
        yield Approuter(int(found[1]), log)
        rest.cancel()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _ended(log: bytearray) -> bytes:
    raise AssertionError(f"the approuter ended: {log.decode()}")


async def _keep(stream: asyncio.StreamReader, log: bytearray) -> None:
    while line := await stream.readline():
        log += line
