"""A target that has a new certificate since it was last looked at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from socket import socket

from landbridge.checks.diallers import DirectDialler
from landbridge.checks.evidence import Target
from landbridge.checks.history import good
from landbridge.checks.memory import folder as memory
from landbridge.checks.memory import remember
from landbridge.checks.plan import observe
from landbridge.checks.plans import PLANS
from landbridge.checks.probe import Scene, Trust
from landbridge.lab.pki import Pair, leaf, root
from landbridge.lab.scenario import Scenario, Staged
from landbridge.lab.servers.blocking import listening, server_context, tls
from landbridge.net.clock import system_clock


@asynccontextmanager
async def _changed(folder: Path) -> AsyncIterator[Staged]:
    old, new = root("Old Root"), root("New Root")
    presented: list[Pair] = [leaf(old)]
    trusted = folder / "trusted.pem"
    trusted.write_text(old.pem)

    def serve(connection: socket) -> None:
        tls(server_context(presented[-1], folder))(connection)

    with listening(serve) as port:
        target = Target(protocol="tls", host="localhost", port=port)
        trust = Trust(str(trusted), (old.pem,))
        scene = Scene(target=target, dialler=DirectDialler(), clock=system_clock, trust=trust)
        remember(target, good(await observe(scene, PLANS["tls"].probes)), memory())
        presented.append(leaf(new))
        command = ("probe", "tls", f"localhost:{port}", "--trust", str(trusted))
        yield Staged(command, "The certificate was trusted when it was last seen; now another authority issued it.")


SCENARIOS = (Scenario("outbound.cert-path", "rotated", _changed),)
